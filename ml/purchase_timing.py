"""Scores of the next purchase: scores.next_purchase by the gaps of ml.next_purchase, per category and over all (S121).

Every category has a rhythm of its own (S097), so each is fitted and graded by itself; those with fewer than 100 gaps
take the rhythm of all categories together. The dates are judged in the two newest windows of `WINDOW` days against the
better of two naive ones: the customer's own mean gap carried on, or one gap for all.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from ml.card import card, expires_on, silent
from ml.gate import Abstained
from ml.next_purchase import FEWEST_GAPS, backtest, next_purchase
from ml.store import fingerprint, model_id, plain
from ml.tables import NEXT_PURCHASE

ALL, REST = "all", "other categories"
WINDOW, WINDOWS = 90, 2
FIGURES = (
    "customers",
    "bought_share",
    "error_days",
    "error_days_own_mean",
    "error_days_all",
    "gain",
    "gain_low",
    "gain_high",
)
KEYS = ("customer_id", "category")
# Days of purchase; the orders that ml.lifetime_value takes for purchases, and their lines by category.
PURCHASES = f"""
    with purchases as (
        select order_id, customer_id, ordered_on
        from core.fct_orders
        where customer_id is not null and not is_cancelled and positive_line_count > 0 and ordered_on <= $as_of
    )
    select distinct customer_id, '{ALL}' as category, cast(ordered_on as timestamp) as order_date from purchases
    union
    select distinct p.customer_id, d.category_name, cast(p.ordered_on as timestamp)
    from purchases as p
    inner join core.fct_order_lines as l on p.order_id = l.order_id
    inner join core.dim_products as d on l.product_id = d.product_id
    where l.quantity > 0 and d.category_name is not null and d.category_name not in ('{ALL}', '{REST}')
    order by all
"""


def score(con: duckdb.DuckDBPyConnection, as_of: date, home: Path | None = None) -> list[dict[str, Any]]:
    """Writes scores.next_purchase; returns its card. There is no artefact: the gaps are all there is to the model."""
    log = con.execute(PURCHASES, {"as_of": as_of}).df()
    said = {
        "question": "When will a customer buy next, at all and from a category, if the customer comes back?",
        "population": "Everyone with a purchase.",
        "intended": "Reminders at the right time; who is overdue.",
        "forbidden": "Promises of single dates: half of the purchases come later, and some never.",
        "data": fingerprint(con, "core.fct_orders"),
    }
    parts = {name: (found, judged(part, as_of)) for name, part, found in forecasts(log, as_of)}
    whole, windows = parts.get(ALL, (next_purchase(log, as_of=as_of, keys=KEYS), []))
    facts = {"window_days": float(WINDOW), **_facts(parts)}
    name = model_id("next_purchase", plain({**facts, "data": said["data"]}))
    expires = expires_on(as_of)
    rows = [
        _silent_rows(log, part) if isinstance(found, Abstained) else _rows(found, grade_of(tests), name, expires)
        for part, (found, tests) in parts.items()
    ]
    NEXT_PURCHASE.write(con, pd.concat(rows).assign(as_of=as_of) if rows else None)
    if isinstance(whole, Abstained):
        return [silent("next_purchase", as_of, whole, **said)]
    told = {"serves": "log-normal gaps", "model_id": name, "facts": facts}
    return [card("next_purchase", as_of, status="scored", grade=grade_of(windows), **told, **said)]


def forecasts(log: pd.DataFrame, as_of: date) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame | Abstained]]:
    """(name, purchases learnt from, forecast) of all purchases, of each category, and of the small ones together."""
    gaps = (log.groupby(list(KEYS)).size() - 1).groupby("category").sum()
    alone = sorted(category for category in gaps.index if category == ALL or gaps[category] >= FEWEST_GAPS)
    for category in alone:
        part = log[log["category"] == category]
        yield category, part, next_purchase(part, as_of=as_of, keys=KEYS)
    if set(gaps.index) - set(alone):
        part = log[log["category"] != ALL]
        found = next_purchase(part, as_of=as_of, keys=KEYS)
        yield REST, part, found if isinstance(found, Abstained) else found[~found["category"].isin(alone)]


def judged(part: pd.DataFrame, as_of: date) -> list[dict[str, float]]:
    """Back-tests in the newest windows, newest first; fewer where the history is too short."""
    cuts = [pd.Timestamp(as_of) - pd.Timedelta(days=WINDOW * no) for no in range(1, WINDOWS + 1)]
    tests = [backtest(part, cut=cut, days=WINDOW, keys=KEYS) for cut in cuts]
    return [test for test in tests if not isinstance(test, Abstained)]


def grade_of(windows: list[dict[str, float]]) -> str:
    """A: dates surely nearer than the better naive ones in both windows; B: in the newest; C otherwise."""
    won = [test["gain_low"] > 0 for test in windows]
    return "A" if len(won) == WINDOWS and all(won) else "B" if won and won[0] else "C"


def reason(row: dict[str, Any]) -> tuple[str, str]:
    """Why that day, in English and Chinese; row: gap_count, usual_gap_days, last_purchase_on, is_overdue."""
    days, last, n = max(round(row["usual_gap_days"]), 1), row["last_purchase_on"].date(), row["gap_count"]
    en, zh = (
        ("; overdue: nine in ten such gaps are shorter", "；已逾期，九成此类间隔更短")
        if row["is_overdue"]
        else ("", "")
    )
    if n == 0:
        return (
            f"Bought once, on {last}; those who come back do so after about {days} days{en}",
            f"仅在 {last} 购买过一次，再次购买者通常间隔约 {days} 天{zh}",
        )
    gaps = "1 gap" if n == 1 else f"{n} gaps"
    return (
        f"Buys about every {days} days ({gaps}), last on {last}{en}",
        f"约每 {days} 天购买一次（{n} 个间隔），最近一次为 {last}{zh}",
    )


def _rows(found: pd.DataFrame, mark: str, name: str, expires: date) -> pd.DataFrame:
    dates = {f"{n}_date{end}": f"{n}_purchase{end}_on" for n in ("last", "next") for end in ("", "_low", "_high")}
    rows = found.rename(columns=dates).drop(columns="p_within")
    rows["reason_en"], rows["reason_zh"] = zip(*map(reason, rows.to_dict("records")), strict=True)
    rows["usual_gap_days"] = rows["usual_gap_days"].round(2)
    return rows.assign(status="scored", grade=mark, model_id=name, expires_on=expires)


def _silent_rows(log: pd.DataFrame, part: str) -> pd.DataFrame:
    at = log["category"] == part if part != REST else log["category"] != ALL
    rows = log.loc[at, list(KEYS)].drop_duplicates().reindex(columns=NEXT_PURCHASE.names)
    return rows.assign(status="abstained")


def _facts(parts: dict[str, tuple[Any, list[dict[str, float]]]]) -> dict[str, float]:
    """Figures of every part and window, newest first."""
    return {
        f"{part} window {no} {name}": value
        for part, (_, windows) in parts.items()
        for no, test in enumerate(windows, start=1)
        for name, value in test.items()
        if name in FIGURES
    }
