"""Scores of the next purchase: scores.next_purchase by the gaps of ml.next_purchase, per category and over all (S121).

The dates are judged on the newest `WINDOW` days before as_of, against the customer's own mean gap carried on.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from ml.card import EXPIRES_DAYS, card, silent
from ml.gate import Abstained
from ml.next_purchase import backtest, next_purchase
from ml.store import fingerprint, model_id, plain
from ml.tables import NEXT_PURCHASE

ALL = "all"
WINDOW = 90
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
    where l.quantity > 0 and d.category_name is not null and d.category_name <> '{ALL}'
    order by all
"""


def score(con: duckdb.DuckDBPyConnection, as_of: date, home: Path | None = None) -> list[dict[str, Any]]:
    """Writes scores.next_purchase; returns its card. There is no artefact: the gaps are all there is to the model."""
    log = con.execute(PURCHASES, {"as_of": as_of}).df()
    said = {
        "question": "When will a customer buy next, at all and from a category?",
        "population": "Everyone with a purchase.",
        "intended": "Reminders at the right time; who is overdue.",
        "forbidden": "Promises of single dates: half of the purchases come later.",
        "data": fingerprint(con, "core.fct_orders"),
    }
    whole = log[log["category"] == ALL]
    found = next_purchase(log, as_of=as_of, keys=KEYS)
    if isinstance(found, Abstained):
        rows = log[list(KEYS)].drop_duplicates().reindex(columns=[c.name for c in NEXT_PURCHASE.columns])
        NEXT_PURCHASE.write(con, rows.assign(as_of=as_of, status="abstained"))
        return [silent("next_purchase", as_of, found, **said)]
    judged = backtest(whole, cut=pd.Timestamp(as_of) - pd.Timedelta(days=WINDOW), days=WINDOW)
    facts = {} if isinstance(judged, Abstained) else {"window_days": float(WINDOW), **judged}
    mark, name = grade_of(facts), model_id("next_purchase", plain({**facts, "data": said["data"]}))
    rows = found.rename(columns={
        "last_date": "last_purchase_on", "next_date": "next_purchase_on", "next_date_low": "next_purchase_low_on",
        "next_date_high": "next_purchase_high_on",
    }).drop(columns="p_within")  # fmt: skip
    rows["usual_gap_days"] = rows["usual_gap_days"].round(2)
    expires = as_of + timedelta(days=EXPIRES_DAYS)
    NEXT_PURCHASE.write(con, rows.assign(as_of=as_of, status="scored", grade=mark, model_id=name, expires_on=expires))
    return [
        card("next_purchase", as_of, status="scored", grade=mark, serves="log-normal gaps", model_id=name, **said,
             facts=facts)
    ]  # fmt: skip


def grade_of(facts: dict[str, float]) -> str:
    """A: median error of the date at most 0.8 of that of the own mean gap carried on; B: below it; C otherwise."""
    if not facts or not facts["error_days_own_mean"] > 0:
        return "C"
    ratio = facts["error_days"] / facts["error_days_own_mean"]
    return "A" if ratio <= 0.8 else "B" if ratio < 1 else "C"
