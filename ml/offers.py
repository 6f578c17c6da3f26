"""Scores of offers: scores.product_offers by the methods of ml.recommend, repeat and new apart (S112-S114, S124).

Each kind is judged on the two newest windows of `WINDOW` days against the best-sellers, which serve where nothing beats
them. Left out are products before their first or after their last day of sale, customers whom no channel may contact,
and, among repeats, products that nobody buys twice.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from ml.card import EXPIRES_DAYS, card, silent
from ml.gate import Abstained
from ml.recommend import POPULAR, Policy, champion, evaluate, recommend
from ml.store import fingerprint, model_id, plain
from ml.tables import OFFERS

WINDOW = 60
OFFERED = 3
SEEN_BY = 30  # buyers from which on a product that nobody bought twice is one that nobody buys twice
PURCHASES = """
    select distinct o.customer_id, l.product_id, cast(o.ordered_on as timestamp) as order_date
    from core.fct_orders as o
    inner join core.fct_order_lines as l on o.order_id = l.order_id
    where o.customer_id is not null and l.product_id is not null and not o.is_cancelled and l.line_kind = 'product'
        and l.quantity > 0 and o.ordered_on <= $as_of
    order by all
"""
UNAVAILABLE = """
    select product_id from core.dim_products
    where discontinued_on < $as_of or launched_on > $as_of
    order by product_id
"""
OPTED_OUT = "select customer_id from marts.customer_consents group by customer_id having not bool_or(is_allowed)"
UPGRADES = """
    select product_id, lead(product_id) over ladder as next_id
    from core.dim_products
    where ladder_ref is not null
    window ladder as (partition by system, ladder_ref order by ladder_rank, product_id)
    qualify next_id is not null
"""
NAMES = "select product_id, coalesce(product_name, product_ref) from core.dim_products"


def score(con: duckdb.DuckDBPyConnection, as_of: date, home: Path | None = None) -> list[dict[str, Any]]:
    """Writes scores.product_offers, at most `OFFERED` a kind; returns the cards of new and repeat offers."""
    log = con.execute(PURCHASES, {"as_of": as_of}).df()
    said = {
        "population": "Customers with a purchase whom a channel may contact.",
        "intended": "What to put into a message or show first.",
        "forbidden": "Prices by person; anything that counts on the offer causing the purchase.",
        "data": fingerprint(con, "core.fct_order_lines"),
    }
    windows = [_judged(log, as_of, back) for back in (1, 2)]
    newest = windows[0]
    policy = policy_of(con, log, as_of)
    if isinstance(newest, Abstained):
        offers: pd.DataFrame | Abstained = newest
    else:
        method, repeat = champion(newest, "new"), champion(newest, "repeat")
        names = dict(con.execute(NAMES).fetchall())
        offers = recommend(log, method=method, repeat=repeat, names=names, policy=policy, k=OFFERED)
    if isinstance(offers, Abstained):
        OFFERS.write(con)
        return [silent(f"offers_{kind}", as_of, offers, question=QUESTIONS[kind], **said) for kind in QUESTIONS]
    cards, marks, names_of = [], {}, {}
    for kind, serves in (("new", method), ("repeat", repeat)):
        facts = _facts(windows, kind)
        marks[kind] = grade_of(windows, kind)
        names_of[kind] = model_id(f"offers_{kind}", plain({**facts, "serves": serves, "data": said["data"]}))
        cards.append(
            card(f"offers_{kind}", as_of, status="scored", grade=marks[kind], serves=serves, model_id=names_of[kind],
                 question=QUESTIONS[kind], **said, facts=facts)
        )  # fmt: skip
    OFFERS.write(con, offers.assign(
        as_of=as_of, product_name=offers["product_id"].map(names), score=offers["score"].round(9),
        grade=offers["kind"].map(marks), model_id=offers["kind"].map(names_of),
        expires_on=as_of + timedelta(days=EXPIRES_DAYS),
    ))  # fmt: skip
    return cards


QUESTIONS = {
    "new": "Which product that a customer has never bought will the customer buy next?",
    "repeat": "Which product will a customer buy again?",
}


def policy_of(con: duckdb.DuckDBPyConnection, log: pd.DataFrame, as_of: date) -> Policy:
    """Who and what is left out, from the warehouse."""

    def first(sql: str, **given: object) -> list[Any]:
        return [row[0] for row in con.execute(sql, given or None).fetchall()]

    days = log.groupby(["product_id", "customer_id"]).size()
    bought = days.groupby("product_id").agg(["size", "max"])
    once = bought.index[(bought["size"] >= SEEN_BY) & (bought["max"] == 1)]
    return Policy(
        frozenset(first(UNAVAILABLE, as_of=as_of)), frozenset(first(OPTED_OUT)), frozenset(once),
        dict(con.execute(UPGRADES).fetchall()),
    )  # fmt: skip


def _judged(log: pd.DataFrame, as_of: date, back: int) -> pd.DataFrame | Abstained:
    end = pd.Timestamp(as_of) + pd.Timedelta(days=1 - WINDOW * (back - 1))
    return evaluate(log, cut=end - pd.Timedelta(days=WINDOW), until=end, k=10)


def _facts(windows: list[pd.DataFrame | Abstained], kind: str) -> dict[str, float]:
    """Hit rate, NDCG and gain of each method in the windows, newest first."""
    facts: dict[str, float] = {"window_days": float(WINDOW)}
    for no, window in enumerate(windows, start=1):
        if isinstance(window, Abstained):
            continue
        for row in window[window["task"] == kind].to_dict("records"):
            facts |= {f"window_{no} {row['method']} {name}": float(row[name]) for name in MEASURES}
    return facts


MEASURES = ("hit_rate", "ndcg", "gain", "gain_low", "gain_high", "customers")


def grade_of(windows: list[pd.DataFrame | Abstained], kind: str) -> str:
    """A: something surely beats the best-sellers in both windows; B: in the newest; C: the best-sellers serve."""
    won = [not isinstance(window, Abstained) and champion(window, kind) != POPULAR for window in windows]
    return "A" if all(won) else "B" if won[0] else "C"
