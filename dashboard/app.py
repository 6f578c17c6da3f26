"""The pages and what is common to them: language, period, segment, and a clear word when there is no release.

The way to look at the warehouse by its dimensions, with clicks and without SQL (S002, S182).
"""

import os
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from dashboard.page import Page
from dashboard.privacy import ROLES, may_see
from dashboard.release import OldRelease, Release, serving
from dashboard.text import LANGUAGES, Text, plain
from orchestration.release.model import ReleaseError
from orchestration.report.facts import Span
from orchestration.settings import Settings, settings


class Spec(NamedTuple):
    """A page: its module in `views`, its icon, and the filters that it obeys."""

    key: str
    icon: str
    filters: frozenset[str]


PAGES = (
    Spec("overview", ":material/dashboard:", frozenset({"period"})),
    Spec("customers", ":material/person_search:", frozenset({"segment"})),
    Spec("segments", ":material/group_work:", frozenset({"segment"})),
    Spec("sales", ":material/filter_alt:", frozenset({"period"})),
    Spec("channels", ":material/campaign:", frozenset({"period"})),
    Spec("voice", ":material/forum:", frozenset({"period", "segment"})),
    Spec("products", ":material/inventory_2:", frozenset({"period"})),
    Spec("quality", ":material/verified:", frozenset()),
    Spec("models", ":material/insights:", frozenset({"segment"})),
)
FIRST = PAGES[0]
ICON = Path(__file__).with_name("icon.png")
MONTHS = (3, 6, 12, 24, 60)
STYLE = """
<style>
  .block-container { padding-top: 3.2rem; max-width: 1280px; }
  [data-testid="stMetricValue"] { font-size: 1.45rem; font-variant-numeric: tabular-nums; }
  @media (max-width: 640px) {
    .block-container { padding: 3rem 0.8rem 2rem; }
    [data-testid="stMetric"] { padding: .5rem .7rem; }
  }
</style>
"""


def main() -> None:
    """Draw the page that is asked for."""
    of = settings()
    text = Text(language())
    st.set_page_config(page_title=text("title"), page_icon=str(ICON), layout="wide")
    st.html(STYLE)
    pages = [
        st.Page(
            partial(draw, spec, of, text),
            title=text(f"pages.{spec.key}"),
            icon=spec.icon,
            url_path="" if spec is FIRST else spec.key,
            default=spec is FIRST,
        )
        for spec in PAGES
    ]
    # Streamlit serves the default page under the empty path only; who types its name is led there.
    named = st.Page(lambda: st.switch_page(pages[0]), title=FIRST.key, url_path=FIRST.key, visibility="hidden")
    st.navigation([*pages, named]).run()


def language() -> str:
    """The language: what was chosen, else ?lang= of the address, else CRM_DASHBOARD_LANG, else English."""
    asked = st.query_params.get("lang") or os.environ.get("CRM_DASHBOARD_LANG", "en")
    chosen = st.session_state.get("language") or (asked if asked in LANGUAGES else "en")
    st.session_state["language"] = chosen
    return chosen


def draw(spec: Spec, of: Settings, text: Text) -> None:
    """One page over the serving release; never a stack trace for a release that is missing, damaged or old."""
    st.sidebar.segmented_control(
        text("language"),
        list(LANGUAGES),
        key="language",
        format_func=LANGUAGES.get,
        required=True,
        label_visibility="collapsed",
    )
    st.title(text(f"pages.{spec.key}"), anchor=False)
    try:
        release = serving(of)
        page = Page(release, text, of, *chosen(spec, release, text))
        under(spec, page)
        view: Callable[[Page], None] = import_module(f"dashboard.views.{spec.key}").render
        view(page)
    except ReleaseError as error:
        st.error(text("no_release"), icon=":material/database_off:")
        st.caption(plain(error))
    except OldRelease as error:
        st.warning(text("old_release"), icon=":material/history:")
        st.caption(plain(error))


def chosen(spec: Spec, release: Release, text: Text) -> tuple[Span, str | None]:
    """The filters of the sidebar: the months up to as_of, and an RFM segment."""
    months, segment = 12, None
    if "period" in spec.filters:
        months = st.sidebar.selectbox(
            text("period"),
            MONTHS,
            index=MONTHS.index(12),
            key="period",
            persist_state="session",
            format_func=lambda n: text("months", n=n),
        )
    if "segment" in spec.filters and release.has("marts.customer_rfm"):
        names = release.ask("select distinct rfm_segment from marts.customer_rfm order by 1").rfm_segment.tolist()
        segment = st.sidebar.selectbox(
            text("segment"),
            [None, *names],
            key="segment",
            persist_state="session",
            format_func=lambda name: text.of(name) if name else text("all_segments"),
        )
    return Span.months_to(release.as_of, months), segment


def under(spec: Spec, page: Page) -> None:
    """Which release and days the page is about, and whether personal data is hidden."""
    release, text, role = page.release, page.text, page.settings.dashboard_role
    days = text("days", since=page.span.since, until=page.span.until) if "period" in spec.filters else ""
    st.caption(
        text("under", as_of=release.as_of, release=release.release_id, built=f"{release.built_at:%Y-%m-%d %H:%M}")
        + days
    )
    if role not in ROLES:
        st.warning(text("unknown_role", role=plain(role), roles=", ".join(ROLES)), icon=":material/lock:")
    elif not may_see(role):
        st.sidebar.caption(text("masked"))


if __name__ == "__main__":
    main()
