"""Scores of offers: scores.product_offers, what to buy again, what is new and the next step (S112-S114, S124).

Repeat and new come from ml.recommend and are judged apart on the two newest windows of `WINDOW` days against the
best-sellers, which serve where nothing beats them; upgrades are a rule of ml.ladder and have no grade. Who gets nothing
and what is not offered is decided in ml.catalogue; nothing after as_of is read.
"""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from ml.card import card, expires_on, silent
from ml.catalogue import Catalogue
from ml.gate import Abstained
from ml.ladder import upgrades
from ml.recommend import POPULAR, Traits, champion, evaluate, recommend
from ml.store import fingerprint, model_id, plain
from ml.tables import OFFERS

WINDOW = 60
OFFERED = 3
QUESTIONS = {
    "new": "Which product that a customer has never bought will the customer buy next?",
    "repeat": "Which product will a customer buy again?",
}
MEASURES = ("hit_rate", "ndcg", "gain", "gain_low", "gain_high", "customers")


def score(con: duckdb.DuckDBPyConnection, as_of: date, home: Path | None = None) -> list[dict[str, Any]]:
    """Writes scores.product_offers, at most `OFFERED` a kind; returns the cards of new and repeat offers."""
    catalogue = Catalogue.read(con, as_of)
    log, policy, names = catalogue.articles, catalogue.policy, catalogue.names
    said = {
        "population": "Customers with a purchase, but those who refused and allow no channel.",
        "intended": "What to put into a message or show first.",
        "forbidden": "Prices by person; anything that counts on the offer causing the purchase.",
        "data": fingerprint(con, "core.fct_order_lines"),
    }
    traits = catalogue.traits
    windows = [_judged(log, traits, as_of, back) for back in (1, 2)]
    newest = windows[0]
    if isinstance(newest, Abstained):
        OFFERS.write(con)
        return [silent(f"offers_{kind}", as_of, newest, question=QUESTIONS[kind], **said) for kind in QUESTIONS]
    serves = {kind: champion(newest, kind) for kind in QUESTIONS}
    offers = recommend(
        log, method=serves["new"], repeat=serves["repeat"], names=names, traits=traits, policy=policy, k=OFFERED
    )
    assert not isinstance(offers, Abstained), "a part of these purchases was enough"
    cards, marks, models = [], {}, {}
    for kind, question in QUESTIONS.items():
        facts = _facts(windows, kind)
        marks[kind] = grade_of(windows, kind)
        models[kind] = model_id(f"offers_{kind}", plain({**facts, "serves": serves[kind], "data": said["data"]}))
        cards.append(
            card(f"offers_{kind}", as_of, status="scored", grade=marks[kind], serves=serves[kind],
                 model_id=models[kind], question=question, **said, facts=facts)
        )  # fmt: skip
    steps = upgrades(
        log, catalogue.steps, names=names, unavailable=policy.unavailable, opted_out=policy.opted_out, k=OFFERED
    )
    offers = catalogue.to_products(pd.concat([part for part in (offers, steps) if len(part)] or [offers]))
    OFFERS.write(con, offers.assign(
        as_of=as_of, score=offers["score"].astype(float).round(9), grade=offers["kind"].map(marks),
        model_id=offers["kind"].map(models), expires_on=expires_on(as_of),
    ))  # fmt: skip
    return cards


def _judged(log: pd.DataFrame, traits: Traits, as_of: date, back: int) -> pd.DataFrame | Abstained:
    end = pd.Timestamp(as_of) + pd.Timedelta(days=1 - WINDOW * (back - 1))
    return evaluate(log, cut=end - pd.Timedelta(days=WINDOW), until=end, traits=traits, k=10)


def _facts(windows: list[pd.DataFrame | Abstained], kind: str) -> dict[str, float]:
    """Hit rate, NDCG and gain of each method in the windows, newest first."""
    facts: dict[str, float] = {"window_days": float(WINDOW)}
    for no, window in enumerate(windows, start=1):
        if isinstance(window, Abstained):
            continue
        for row in window[window["task"] == kind].to_dict("records"):
            facts |= {f"window_{no} {row['method']} {name}": float(row[name]) for name in MEASURES}
    return facts


def grade_of(windows: list[pd.DataFrame | Abstained], kind: str) -> str:
    """A: something surely beats the best-sellers in both windows; B: in the newest; C: the best-sellers serve."""
    won = [not isinstance(window, Abstained) and champion(window, kind) != POPULAR for window in windows]
    return "A" if all(won) else "B" if won[0] else "C"
