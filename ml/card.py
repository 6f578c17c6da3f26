"""Model cards: what a model is, how good it was on windows that lay ahead of it, and what it must not be used for.

A card is one dict, kept as JSON in scores.model_cards and as a page in CRM_HOME/reports/models. It says nothing of the
machine or the hour, so equal data give equal cards.
"""

import html
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from ml.gate import Abstained
from ml.store import plain
from ml.tables import CARDS

EXPIRES_DAYS = 45
LIBRARIES = ("numpy", "scipy", "pandas", "scikit-learn", "duckdb", "lightgbm")
METRICS = {
    "auc": "AUC: chance that a yes scores above a no",
    "average_precision": "average precision",
    "brier": "Brier score (0 is right)",
    "log_loss": "log loss (0 is right)",
    "slope": "slope of calibration (1 is right)",
    "intercept": "intercept of calibration (0 is right)",
    "ece": "mean error of calibration, ECE",
    "capture_20": "share of all yes in the best fifth",
    "lift_10": "lift of the best tenth",
}


def card(model: str, as_of: date, **facts: Any) -> dict[str, Any]:
    """A card with what every card has; `facts` are status, grade, windows and what the model adds."""
    libraries = {name: version(name) for name in LIBRARIES}
    until = expires_on(as_of).isoformat()
    return {"model": model, "as_of": as_of.isoformat(), "expires_on": until, "libraries": libraries, **facts}


def expires_on(as_of: date) -> date:
    """Last day on which a model of `as_of` should be used."""
    return as_of + timedelta(days=EXPIRES_DAYS)


def silent(model: str, as_of: date, why: Abstained, **facts: Any) -> dict[str, Any]:
    """The card of a model that gives no scores, with the reason."""
    reasons = {"reason_en": why.reason_en, "reason_zh": why.reason_zh}
    return card(model, as_of, status="abstained", grade="abstain", **reasons, **facts)


def as_row(of: dict[str, Any]) -> dict[str, Any]:
    """The row of scores.model_cards for a card."""
    newest = (of.get("windows") or [{}])[0]
    named = {c.name: of.get(c.name) for c in CARDS.columns}
    measured = {name: newest.get(name) for name in ("auc", "auc_low", "auc_high", "gain", "gain_low", "slope", "ece")}
    return named | measured | {"baseline": newest.get("best_baseline"), "card": plain(of)}


def frame(cards: list[dict[str, Any]]) -> pd.DataFrame:
    """Cards as rows of scores.model_cards."""
    return pd.DataFrame([as_row(of) for of in cards], columns=CARDS.names)


def write_pages(cards: list[dict[str, Any]], folder: Path) -> list[Path]:
    """One HTML page and one JSON file per card; the pages' paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for of in cards:
        (folder / f"{of['model']}.json").write_text(plain(of) + "\n", encoding="utf-8")
        path = folder / f"{of['model']}.html"
        path.write_text(page(of), encoding="utf-8")
        paths.append(path)
    return paths


def page(of: dict[str, Any]) -> str:
    """The card as one page without anything from elsewhere."""
    head = [("Grade", of["grade"]), ("Status", of["status"]), ("As of", of["as_of"]), ("Use until", of["expires_on"])]
    head += [
        (k.replace("_", " ").capitalize(), of[k])
        for k in ("model_id", "serves", "data", "seed")
        if of.get(k) is not None
    ]
    name = of["model"].replace("_", " ").capitalize()
    parts = [f"<h1>{_e(name)}</h1>", _pairs(head)]
    if of.get("reason_en"):
        parts.append(f"<p class='why'>{_e(of['reason_en'])}<br>{_e(of['reason_zh'])}</p>")
    parts += [f"<h2>{_e(title)}</h2><p>{_e(of[key])}</p>" for key, title in TEXTS.items() if of.get(key)]
    for window in of.get("windows", []):
        parts += [
            f"<h2>Test at {_e(window['cutoff'])}</h2>",
            _metrics(window),
            _plot(window["bins"]),
            _subgroups(window),
        ]
    for title, rows in of.get("tables", {}).items():
        parts += [f"<h2>{_e(title)}</h2>", _rows(rows)]
    for title, facts in (("Facts", of.get("facts", {})), ("Libraries", of["libraries"])):
        parts += [f"<h2>{title}</h2>", _pairs([(k.replace("_", " "), v) for k, v in facts.items()])]
    top = f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{_e(name)}</title>{STYLE}"
    return f"{top}<body>{''.join(parts)}</body></html>\n"


TEXTS = {
    "question": "Question",
    "population": "Population",
    "intended": "Intended use",
    "forbidden": "Not to be used for",
}
STYLE = """<style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}
table{border-collapse:collapse;margin:.5rem 0}
td,th{padding:.2rem .8rem .2rem 0;text-align:left;border-bottom:1px solid #ddd}
td.n{text-align:right;font-variant-numeric:tabular-nums}.why{background:#fff3d6;padding:.7rem}svg{max-width:22rem}</style>"""


def _e(value: Any) -> str:
    return html.escape(f"{value:,.4g}" if isinstance(value, float) else str(value))


def _table(heads: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    top = "".join(f"<th>{_e(h)}</th>" for h in heads)
    body = "".join(
        "<tr>" + "".join(f"<td{' class=n' if isinstance(v, (int, float)) else ''}>{_e(v)}</td>" for v in row) + "</tr>"
        for row in rows
    )
    return f"<table><tr>{top}</tr>{body}</table>"


def _rows(rows: list[dict[str, Any]]) -> str:
    """A table of rows with the same keys; a value that is missing stays empty."""
    if not rows:
        return "<p>Nothing.</p>"
    cells = [tuple("" if v is None or v != v else v for v in row.values()) for row in rows]
    return _table(tuple(name.replace("_", " ") for name in rows[0]), cells)


def _pairs(rows: list[tuple[str, Any]]) -> str:
    return "<table>" + "".join(f"<tr><th>{_e(k)}</th><td>{_e(v)}</td></tr>" for k, v in rows) + "</table>"


def _metrics(window: dict[str, Any]) -> str:
    rows = [(words, *(window.get(name + end) for end in ("", "_low", "_high"))) for name, words in METRICS.items()]
    rows += [(f"AUC of the baseline {name}", m["auc"], None, None) for name, m in window["baselines"].items()]
    rows += [("AUC above the best baseline", window["gain"], window["gain_low"], window["gain_high"])]
    shown = [(words, *("" if v is None else f"{v:.3f}" for v in values)) for words, *values in rows]
    return f"<p>{window['n']:,.0f} rows, rate {window['rate']:.3f}.</p>" + _table(
        ("measure", "value", "from", "to"), shown
    )


def _subgroups(window: dict[str, Any]) -> str:
    rows = [(g["group"], g["n"], g["rate"], g["predicted"], g["auc"]) for g in window["subgroups"]]
    return _table(("subgroup", "n", "rate", "predicted", "AUC"), rows)


def _plot(points: list[dict[str, float]]) -> str:
    """Calibration: predicted across, observed up; the diagonal is right."""
    dots = "".join(
        f"<circle cx='{30 + 200 * p['predicted']:.1f}' cy='{210 - 200 * p['observed']:.1f}' r='4' fill='#0b62a4'>"
        f"<title>predicted {p['predicted']:.3f}, observed {p['observed']:.3f}, n {p['n']:.0f}</title></circle>"
        for p in points
    )
    return (
        "<svg viewBox='0 0 260 240' role='img' aria-label='Calibration'>"
        "<rect x='30' y='10' width='200' height='200' fill='none' stroke='#999'/>"
        "<line x1='30' y1='210' x2='230' y2='10' stroke='#999' stroke-dasharray='4'/>"
        f"{dots}<text x='130' y='232' text-anchor='middle' font-size='12'>predicted</text>"
        "<text x='14' y='110' text-anchor='middle' font-size='12' transform='rotate(-90 14 110)'>observed</text></svg>"
    )
