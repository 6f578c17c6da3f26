"""The leaders' report (S008, S010): one HTML file that needs nothing but a browser."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from orchestration.own_yaml import read_yaml
from orchestration.report import charts
from orchestration.report.facts import Facts, Row

HERE = Path(__file__).parent
WORDS: Mapping[str, Any] = read_yaml(HERE / "words.yml")
SHARES = {"return_share", "known_share", "coverage"}
GOOD_WHEN_LESS = {"return_share"}


def render(facts: Facts, lang: str, currency: str) -> str:
    """The report as HTML. `lang` is a key of words.yml."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    words = WORDS[lang]
    templates = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    templates.filters["shown"] = shown
    templates.filters["segment_name"] = lambda row: segment_name(row, lang, words)
    return templates.get_template("page.html.j2").render(
        w=words, lang=lang, facts=facts, rows=facts.rows, currency=currency, cards=cards(facts, words),
        pictures=pictures(facts, lang, words),
    )  # fmt: skip


def shown(value: object, name: str = "") -> str:
    """A value of a column as people read it: whole amounts with separators, shares in percent, – for unknown."""
    if value is None:
        return "–"
    if name in SHARES:
        return f"{100 * float(value):.1f} %"  # type: ignore[arg-type]
    if isinstance(value, int | float | Decimal):
        return f"{value:,.0f}".replace("-", "\u2212")
    return value.isoformat() if isinstance(value, date) else str(value)


def cards(facts: Facts, words: Mapping[str, Any]) -> list[Row]:
    """Key figures with their change: relative, for shares in percentage points; `good` is None without a change."""
    if not facts.rows["figures"]:
        return []
    now, before = facts.rows["figures"]
    made = []
    for name, label in words["figures"].items():
        value, past = now[name], before[name]
        change, good = "", None
        if value is not None and past:
            by = float(value) - float(past)
            change = f"{100 * by:+.1f} pp" if name in SHARES else f"{100 * by / abs(float(past)):+.1f} %"
            good = None if by == 0 else (by < 0) == (name in GOOD_WHEN_LESS)
        made.append({"name": name, "label": label, "value": shown(value, name), "past": shown(past, name),
                     "change": change.replace("-", "\u2212"), "good": good})  # fmt: skip
    return made


def segment_name(row: Row, lang: str, words: Mapping[str, Any]) -> str:
    """Name of a segment: that of its file, of RFM that of the words."""
    return row[f"segment_{lang}"] or words["segments"].get(row["segment"], row["segment"])


def pictures(facts: Facts, lang: str, words: Mapping[str, Any]) -> dict[str, list[str]]:
    """SVG pictures by name of the query they show; none for a query without rows."""
    rows, title = facts.rows, words["charts"]
    draw: dict[str, Callable[[list[Row]], list[str]]] = {
        "months": lambda r: [charts.months(r, words)],
        "segments": lambda r: [charts.segments(r, words)],
        "changes": lambda r: [
            charts.changes(part, [segment_name(row, lang, words) for row in part], ends, title[name], title)
            for part in [[row for row in r if row["segmentation"] == "rfm"]]
            for name, ends in charts.CHANGES.items()
            if part
        ],
        "lifecycle": lambda r: [charts.lifecycle(r, words)],
        "people": lambda r: [charts.funnel(r, "people", title["people"], words)],
        "deals": lambda r: [
            charts.funnel(part, "deals", f"{title['deals']} · {system}", words)
            for system, part in _by(r, "system").items()
        ],
    }
    return {name: make(rows[name]) if rows[name] else [] for name, make in draw.items()}


def _by(rows: list[Row], name: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[name], []).append(row)
    return groups
