"""Churn of customers without a contract, and the intention to buy, from the features of the newest cutoff (S108, S111).

Churn is no purchase within the window of the customer's segment, which the gaps between purchases decide
(features.feature_windows). Both are asked only of customers who bought within `active_days`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from ml.binary import RIDGE, Trained, train
from ml.boosted import Boosted
from ml.card import card, expires_on, silent
from ml.design import NAMES, matrix, reasons
from ml.evaluate import SEED
from ml.gate import Abstained
from ml.logistic import RidgeLogit
from ml.moved import moved
from ml.parameters import parameters
from ml.store import fingerprint, keep, plain
from ml.table import Table
from ml.tables import CHURN, INTENT

DIGITS = 6


@dataclass(frozen=True)
class Question:
    """A yes-or-no question: label and window in features.customer_labels, table, words for both directions."""

    name: str
    label: str
    days: str
    table: Table
    probability: str
    up: tuple[str, str]
    down: tuple[str, str]
    asks: str
    intended: str
    forbidden: str


CHURN_Q = Question(
    "churn",
    "has_churned",
    "window_days",
    CHURN,
    "churn_probability",
    ("goes with a higher risk", "风险较高"),
    ("goes with a lower risk", "风险较低"),
    "Will a customer who bought within a year buy nothing in the window of the segment?",
    "Choosing whom to contact so that they stay, with a control group.",
    "Prices, credit, service or terms of single people; reading a reason as a cause.",
)
INTENT_Q = Question(
    "purchase_intent",
    "has_bought_soon",
    "intent_days",
    INTENT,
    "purchase_probability",
    ("goes with more purchases", "购买可能较高"),
    ("goes with fewer purchases", "购买可能较低"),
    "Will a customer who bought within a year buy again within 30 days?",
    "Choosing the moment of a reminder, planning stock.",
    "Prices or terms of single people; judging what a mailing causes (that is uplift).",
)


def score(con: duckdb.DuckDBPyConnection, as_of: date, home: Path | None = None) -> list[dict[str, Any]]:
    """Writes scores.churn and scores.purchase_intent; their cards. `home` is where artefacts are kept, if anywhere."""
    values = parameters(con)
    active, intent = int(values["active_days"]), int(values["intent_days"])
    features = con.execute("select * from features.customer_features order by customer_id, cutoff_on").df()
    labels = con.execute("select * from features.customer_labels").df()
    windows = dict(con.execute("select segment, window_days from features.feature_windows").fetchall())
    past = features[~features["is_scoring"] & (features["recency_days"] <= active)]
    past = past.merge(labels, on=["customer_id", "cutoff_on"])
    now = features[features["is_scoring"]].reset_index(drop=True)
    data = fingerprint(con, "features.customer_features")
    cards = []
    for question, days in ((CHURN_Q, now["segment"].map(windows)), (INTENT_Q, pd.Series(intent, index=now.index))):
        answer = train(past, question.label, question.days, as_of)
        rows, facts = answered(question, answer, past, now, days, as_of, active, home, data)
        question.table.write(con, rows)
        cards.append(facts)
    return cards


def answered(
    question: Question,
    answer: Trained | Abstained,
    past: pd.DataFrame,
    now: pd.DataFrame,
    days: pd.Series,
    as_of: date,
    active: int,
    home: Path | None,
    data: str,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Rows of the question's table, one per customer of `now`, and the card, which says what moved since `past`."""
    said = {
        "question": question.asks,
        "population": f"Customers with a purchase in the last {active} days.",
        "intended": question.intended,
        "forbidden": question.forbidden,
        "data": data,
        "seed": SEED,
    }
    rows = pd.DataFrame(
        {"customer_id": now["customer_id"], "as_of": as_of, "segment": now["segment"], "window_days": days}
    )
    rows = rows.reindex(columns=question.table.names)
    is_active = (now["recency_days"] <= active).to_numpy()
    rows["status"] = np.where(is_active, "abstained" if isinstance(answer, Abstained) else "scored", "lapsed")
    if isinstance(answer, Abstained):
        return rows, silent(question.name, as_of, answer, **said)
    kind, text = stored(answer)
    model_id = keep(home, question.name, kind, text, data)
    fill(rows, question, answer, now, is_active)
    for column, value in (
        ("grade", answer.grade),
        ("model_id", model_id),
        ("expires_on", expires_on(as_of)),
    ):
        rows[column] = pd.Series(np.where(is_active, value, None), index=rows.index, dtype=object)
    facts = {"status": "scored", "grade": answer.grade, "serves": answer.serves, "model_id": model_id}
    test = past[pd.to_datetime(past["cutoff_on"]) == pd.Timestamp(answer.windows[0]["cutoff"])]
    facts |= moved(answer, test, now[is_active])
    return rows, card(question.name, as_of, **said, **facts, windows=answer.windows, facts=answer.facts, features=NAMES)


def fill(rows: pd.DataFrame, question: Question, answer: Trained, now: pd.DataFrame, chosen: np.ndarray) -> None:
    """Probability, interval and reasons of the chosen rows, in place."""
    asked = now[chosen]  # as in training: what ranks customers ranks those that are asked about
    named = (question.probability, "probability_low", "probability_high")
    rows[list(named)] = np.nan
    if asked.empty:
        return
    for column, values in zip(named, (answer.predict(asked), *answer.interval(asked)), strict=True):
        rows.loc[chosen, column] = np.asarray(values).round(DIGITS)
    if answer.model is None:
        return
    words: list[Sequence[Any]] = [[None] * 6] * len(now)
    terms = answer.model.contributions(matrix(asked))[:, 1:]
    found = reasons(asked, terms, up=question.up, down=question.down)
    for at, three in zip(np.flatnonzero(chosen), found, strict=True):
        words[at] = [text for pair in three for text in pair]
    for place, column in enumerate(f"reason_{no}_{code}" for no in (1, 2, 3) for code in ("en", "zh")):
        rows[column] = [row[place] for row in words]


def stored(answer: Trained) -> tuple[str, str]:
    """(kind, text) of the artefact: everything that is needed to score again."""
    if isinstance(answer.model, Boosted):
        return "lightgbm", answer.model.text_
    if isinstance(answer.model, RidgeLogit):
        return "json", plain({"features": NAMES, "ridge": RIDGE, **answer.model.to_dict()})
    return "json", plain({"baseline": answer.serves, **answer.rule.to_dict()})
