"""Pages as Streamlit's own test harness runs them, one at a time."""

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import page
from dashboard.app import PAGES
from orchestration.release.connect import connect
from orchestration.settings import Settings

KEYS = tuple(spec.key for spec in PAGES)
SECONDS = 180  # of one page; a machine that runs other tests beside it is slow


@pytest.fixture
def at_home(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Pages from now on show this warehouse, as a role."""

    monkeypatch.setattr(page, "CHECKED", True)

    def use(of: Settings, role: str = "viewer") -> None:
        monkeypatch.setenv("CRM_HOME", str(of.home))
        monkeypatch.setenv("CRM_DASHBOARD_ROLE", role)

    return use


def _script(key: str) -> None:
    from dashboard.app import PAGES, draw, language
    from dashboard.text import Text
    from orchestration.settings import settings

    draw(next(spec for spec in PAGES if spec.key == key), settings(), Text(language()))


def opened(key: str, lang: str = "en", **query: str) -> AppTest:
    """A page in a language, with further parameters of its address."""
    at = AppTest.from_function(_script, default_timeout=SECONDS, kwargs={"key": key})
    for name, value in {"lang": lang, **query}.items():
        at.query_params[name] = value
    return at.run()


def rows(of: Settings, sql: str) -> list[tuple]:
    """The rows of a query on the serving release."""
    with connect(of) as con:
        return con.execute(sql).fetchall()


def one(of: Settings, sql: str) -> tuple:
    """The first of them."""
    return rows(of, sql)[0]


def said(at: AppTest) -> str:
    """All that a page says outside charts: texts, figures, cells of tables."""
    parts: list[Any] = [element.value for kind in ("title", "header", "subheader", "caption", "markdown", "info",
                        "warning", "error", "success") for element in at.get(kind)]  # fmt: skip
    parts += [f"{m.label} {m.value} {m.delta}" for m in at.metric]
    parts += [frame.value.to_csv() for frame in at.dataframe]
    parts += [expander.label for expander in at.expander]
    return "\n".join(map(str, parts))
