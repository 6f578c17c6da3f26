"""Scores of subscriptions: scores.subscription_churn by the sBG model, from how long each has run (S108).

Where contracts end visibly, who leaves is known, and the model asks how the chance to leave falls with age. It speaks
only where age told, on subscriptions running at two earlier days, who ended within three months; one rate for all is
the rule to beat. Months are 30.4375 days; the value to come is discounted at ten percent a year.
"""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from ml.btyd.contractual import ShiftedBetaGeometric
from ml.card import card, expires_on, silent
from ml.evaluate import bins, brier, difference, evaluate
from ml.gate import Abstained, too_few
from ml.grade import grade
from ml.sales_tables import SUBSCRIPTIONS
from ml.store import fingerprint, keep, plain

MONTH = 30.4375  # days
WITHIN = 3  # months
DISCOUNT = 1.10 ** (1 / 12) - 1  # a month
FEWEST_ENDS, FEWEST_RUNNING = 50, 100
BASELINE = "one rate for all"
RUNNING = """
    select user_id, customer_id, product_id, started_on::timestamp as started_on, ended_on::timestamp as ended_on,
        monthly_amount_base::double as monthly_amount_base
    from marts.party_users
    where started_on <= $as_of
    order by user_id
"""


def score(con: duckdb.DuckDBPyConnection, as_of: date, home: Path | None = None) -> list[dict[str, Any]]:
    """Writes scores.subscription_churn, a row per running subscription; returns the card."""
    log = con.execute(RUNNING, {"as_of": as_of}).df()
    said = {
        "question": "Will a running subscription end within three months?",
        "population": "Subscriptions that have begun and not ended.",
        "intended": "How many will leave, what the running ones are worth, whom to ask first.",
        "forbidden": "What an offer would change; it knows nothing but age.",
        "data": fingerprint(con, "marts.party_users"),
    }
    now = at_day(log, pd.Timestamp(as_of))
    rows = now[~now["has_ended"]].assign(as_of=as_of)
    found, windows = judged(log, now, as_of)
    if isinstance(found, Abstained):
        SUBSCRIPTIONS.write(con, _shaped(rows.assign(status="abstained")))
        return [silent("subscription_churn", as_of, found, **said)]
    mark, rate = grade(windows), monthly_rate(now)
    facts = {
        "alpha": found.alpha_,
        "beta": found.beta_,
        "monthly_rate_of_all": rate,
        "ended": int(now["has_ended"].sum()),
    }
    name = keep(home, "subscription_churn", "json", plain(facts), str(said["data"]))
    age = rows["months_in_use"].to_numpy(dtype=float)
    rows = rows.assign(
        status="scored", grade=mark, model_id=name, expires_on=expires_on(as_of),
        churn_probability=found.probability_to_leave(age, WITHIN).round(6), base_churn_rate=round(within(rate), 6),
        expected_months=found.expected_periods(age, DISCOUNT).round(4),
    )  # fmt: skip
    rows["expected_value_base"] = (rows["expected_months"] * rows["monthly_amount_base"]).round(2)
    told = [reason(months, p) for months, p in zip(rows["months_in_use"], rows["churn_probability"], strict=True)]
    rows[["reason_en", "reason_zh"]] = pd.DataFrame(told, index=rows.index, columns=["reason_en", "reason_zh"])
    SUBSCRIPTIONS.write(con, _shaped(rows))
    serves = "shifted beta-geometric"
    return [
        card(
            "subscription_churn", as_of, status="scored", grade=mark, serves=serves, model_id=name, windows=windows,
            facts=facts, **said,
        )
    ]  # fmt: skip


def at_day(log: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """What was known at the end of a day: has_ended, months_in_use (whole), period (month of the end, else months)."""
    known = log[log["started_on"] <= day]
    ended = known["ended_on"] <= day
    days = (known["ended_on"].where(ended, day) - known["started_on"]).dt.days.clip(lower=0)
    months = np.floor(days / MONTH).astype(int)
    return known.assign(has_ended=ended, months_in_use=months, period=months + ended.astype(int))


def monthly_rate(known: pd.DataFrame) -> float:
    """Ends per month in use: the one chance to leave that all would have."""
    return float(known["has_ended"].sum() / max(known["period"].sum(), 1))


def within(rate: float) -> float:
    """Chance to leave within WITHIN months at one rate a month."""
    return 1 - (1 - rate) ** WITHIN


def judged(
    log: pd.DataFrame, now: pd.DataFrame, as_of: date
) -> tuple[ShiftedBetaGeometric | Abstained, list[dict[str, Any]]]:
    """The model of `now`, and the two windows that it was judged on, newest first; or why there is none."""
    few = too_few(int(now["has_ended"].sum()), FEWEST_ENDS, "subscriptions that ended", "已结束的订阅")
    if few:
        return few, []
    windows = [tested(log, pd.Timestamp(as_of) - pd.Timedelta(days=round(k * WITHIN * MONTH))) for k in (1, 2)]
    for window in windows:
        if isinstance(window, Abstained):
            return window, []
    if grade(windows) == "abstain":
        return Abstained("how long a subscription has run does not tell which end", "订阅时长无法说明哪些会终止"), []
    return fitted(now), windows


def fitted(known: pd.DataFrame) -> ShiftedBetaGeometric:
    """The model of what was known at a day."""
    return ShiftedBetaGeometric().fit(known["period"], known["has_ended"])


def tested(log: pd.DataFrame, day: pd.Timestamp) -> dict[str, Any] | Abstained:
    """The model of a day against what became of those then running; the baseline is one rate for all."""
    then = at_day(log, day)
    running = then[~then["has_ended"]]
    if no := too_few(len(running), FEWEST_RUNNING, "running subscriptions to be judged by", "可供检验的在用订阅"):
        return no
    if no := too_few(int(then["has_ended"].sum()), FEWEST_ENDS // 2, "ends before the test", "检验前已结束的订阅"):
        return no
    y = (running["ended_on"] <= day + pd.Timedelta(days=round(WITHIN * MONTH))).to_numpy(dtype=float)
    if no := too_few(int(y.sum()), 10, "ends in the test", "检验期内结束的订阅"):
        return no
    try:
        p = fitted(then).probability_to_leave(running["months_in_use"], WITHIN)
    except ValueError as error:  # everyone has the same chance, so the spread of chances has no finite maximum
        return Abstained(f"age does not tell who leaves: {error}", "时长无法说明谁会终止")
    constant = np.full(len(y), within(monthly_rate(then)))
    gain, low, high = difference(y, p, constant)
    return evaluate(y, p) | {
        "cutoff": str(day.date()), "gain": gain, "gain_low": low, "gain_high": high, "bins": bins(y, p),
        "best_baseline": BASELINE, "baselines": {BASELINE: {"auc": 0.5, "brier": brier(y, constant)}}, "subgroups": [],
    }  # fmt: skip


def reason(months: int, probability: float) -> tuple[str, str]:
    """Why, in both languages."""
    return (
        f"It has run {months} months; of those that got so far {probability:.0%} end within three.",
        f"已使用 {months} 个月；达到此时长的订阅有 {probability:.0%} 在三个月内终止。",
    )


def _shaped(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.reindex(columns=SUBSCRIPTIONS.names)
