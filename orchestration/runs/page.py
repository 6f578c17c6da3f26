"""The status page: one HTML file of the last runs that needs nothing but a browser."""

import os
import re
import socket
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from orchestration.runs.read import BAD, GOOD, Run, last_runs, since_last_word
from orchestration.runs.words import HERE, WORDS, advice, language
from orchestration.settings import Settings

SHOWN, TROUBLES = 30, 5  # runs in the table; failed ones told in full
STEPS = ("ingest", "gate", "build", "score", "audit", "publish", "rest")


def write(settings: Settings, lang: str | None = None, out: Path | None = None) -> Path:
    """Write the page, by default to CRM_HOME/reports/status.html and in CRM_DASHBOARD_LANG; its path."""
    from orchestration.release.files import current_id

    path = out or settings.reports / "status.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    page = render(last_runs(settings), current_id(settings), settings.home.name, lang or language())
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text(page, encoding="utf-8")
    unfinished.replace(path)
    return path


def render(runs: Sequence[Run], serving: str | None, home: str, lang: str) -> str:
    """The page as HTML. `runs` are the newest first, `lang` is a key of words.yml."""
    words = WORDS[lang]
    return _template().render(
        w=words, rows=[_row(run) for run in runs[:SHOWN]], widest=_widest(runs), steps=STEPS, serving=serving,
        troubles=[(run, *advice(run, words)) for run in runs if run.state in BAD][:TROUBLES],
        failures=since_last_word(list(runs))[1], good=next((run for run in runs if run.state in GOOD), None),
        built=next((run for run in runs if run.counts.get("models")), None),
        home=home, host=socket.gethostname(), at=_time(datetime.now(UTC)),
    )  # fmt: skip


@cache
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    templates.filters |= {"time": _time, "number": _number, "marked": _marked}
    return templates.get_template("status.html.j2")


def _row(run: Run) -> dict[str, Any]:
    steps = {step: run.end.get("steps", {}).get(step, 0.0) for step in STEPS}
    steps["rest"] = max(0.0, (run.seconds or 0) - sum(steps.values()))
    counts = run.counts
    checks = counts.get("checks", 0) + counts.get("tests", 0) if run.end else None
    before, after = run.end.get("release_before"), run.end.get("release_after")
    return {
        "run": run, "steps": steps, "checks": checks, "before": before if before != after else None, "after": after,
        "records_in": counts.get("records_in", 0), "loaded": counts.get("loaded", 0),
        "aside": counts.get("quarantined", 0) + counts.get("rejected", 0),
        "models": counts.get("models", 0), "warnings": counts.get("warnings", 0),
        "stopping": counts.get("stopping", 0) + len(run.broken),
    }  # fmt: skip


def _widest(runs: Sequence[Run]) -> float:
    return max((run.seconds or 0 for run in runs[:SHOWN]), default=0) or 1


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _marked(text: str) -> Any:
    """Text with `commands` as code."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _number(value: float | None) -> str:
    """Whole numbers with separators, – for unknown, nothing for zero, which would only fill the table."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value else ""
