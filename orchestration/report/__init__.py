"""The leaders' report of the serving release, to decide by and to find what is wrong (S001, S004): `write` makes it."""

from pathlib import Path

from orchestration.report.facts import read
from orchestration.report.page import WORDS, render
from orchestration.settings import Settings

__all__ = ["LANGUAGES", "write"]

LANGUAGES = tuple(WORDS)


def write(settings: Settings, lang: str = "en", months: int = 12, out: Path | None = None) -> Path:
    """Write the report of the serving release; its path, by default CRM_HOME/reports/report-<release>-<lang>.html.

    `months` that end with the release's as_of are shown. ReleaseError when there is no release.
    """
    from orchestration.release.connect import connect

    with connect(settings) as con:
        facts = read(con, months)
    path = out or settings.reports / f"report-{facts.release_id}-{lang}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(facts, lang, settings.base_currency), encoding="utf-8")
    return path
