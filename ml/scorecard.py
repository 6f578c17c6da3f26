"""The four scores of a customer side by side: response, profit, chance to leave, risk (S089, S090, S107).

Response is measured on mailings, not on purchases: answered (clicked or bought) within `response_days`, each
customer's own rate drawn towards that of all by how much customers differ (ml.hughes.shrink). Risk is money: chance to
leave times margin expected in twelve months. A score that was not graded A or B is left out, not guessed.
"""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.card import card, expires_on, silent
from ml.evaluate import bins, brier, evaluate
from ml.gate import Abstained
from ml.grade import refusal
from ml.hughes import break_even, shrink
from ml.parameters import parameters
from ml.store import fingerprint
from ml.tables import SCORECARD

Array = NDArray[np.float64]
TEST_SHARE = 1 / 3

MAILINGS = """
    select
        contacts.customer_id,
        contacts.sent_on,
        coalesce(bool_or(answers.response_kind in ('click', 'purchase')), false) as has_answered,
        coalesce(bool_or(answers.response_kind = 'purchase'), false) as has_bought
    from core.fct_campaign_contacts as contacts
    left join core.fct_campaign_responses as answers
        on contacts.campaign_contact_id = answers.campaign_contact_id
        and answers.responded_on between contacts.sent_on and contacts.sent_on + cast($days as integer)
    where contacts.arm = 'treatment' and contacts.customer_id is not null
        and contacts.sent_on <= cast($as_of as date) - cast($days as integer)
    group by contacts.campaign_contact_id, contacts.customer_id, contacts.sent_on
    order by contacts.customer_id, contacts.sent_on, contacts.campaign_contact_id
"""
CUSTOMERS = """
    select
        churn.customer_id,
        money.share_of_contribution as profit_contribution_share,
        money.contribution_rate as profit_contribution_rate,
        case when churn.grade in ('A', 'B') then churn.churn_probability end as churn_probability,
        churn.grade as churn_grade,
        cast(value.clv_margin_12m as double) as clv_margin_12m
    from scores.churn as churn
    left join scores.lifetime_value as value on churn.customer_id = value.customer_id
    left join marts.customer_contribution as money
        on churn.customer_id = money.customer_id and money.span = 'last_period'
    order by churn.customer_id
"""


def score(con: duckdb.DuckDBPyConnection, as_of: date, home: Path | None = None) -> list[dict[str, Any]]:
    """Writes scores.customer_scorecard, one row per customer of scores.churn; the card of the response score."""
    numbers = parameters(con)
    mailings = con.execute(MAILINGS, {"as_of": as_of, "days": int(numbers["response_days"])}).df()
    rows = con.execute(CUSTOMERS).df().assign(as_of=as_of)
    window = tested(mailings)
    mark = "abstain" if isinstance(window, Abstained) else graded(window)
    if isinstance(window, Abstained):
        rows["response_rate"] = rows["purchase_response_rate"] = rows["is_above_break_even"] = None
    else:
        rows["response_rate"] = rates(mailings, "has_answered", rows["customer_id"]).round(6)
        buying = rates(mailings, "has_bought", rows["customer_id"])
        rows["purchase_response_rate"] = buying.round(6)
        rows["is_above_break_even"] = buying >= break_even(numbers["contact_cost"], numbers["net_per_sale"])
    rows["response_grade"] = None if mark == "abstain" else mark
    rows["risk_value"] = (rows["churn_probability"].astype(float) * rows["clv_margin_12m"]).round(2)
    rows["expires_on"] = expires_on(as_of)
    SCORECARD.write(con, rows.drop(columns="clv_margin_12m"))
    said = {
        "question": "Will a customer answer a mailing (click or buy)?",
        "population": "Customers with a purchase; mailings sent, controls left out.",
        "intended": "Comparing customers by how readily they answer.",
        "forbidden": "Saying what a mailing causes: that needs a control group.",
        "data": fingerprint(con, "core.fct_campaign_contacts"),
    }
    if isinstance(window, Abstained):
        return [silent("response", as_of, window, **said)]
    facts = {"mailings": len(mailings), "answered": int(mailings["has_answered"].sum())}
    return [
        card(
            "response", as_of, status="scored", grade=mark, serves="shrunk rate", windows=[window], facts=facts, **said
        )
    ]


def rates(mailings: pd.DataFrame, answer: str, customers: pd.Series) -> Array:
    """Rate of each customer, drawn towards that of all mailed; who was never mailed gets that of all."""
    counted = mailings.groupby("customer_id")[answer].agg(["sum", "count"]).reindex(customers, fill_value=0)
    return shrink(counted["sum"], counted["count"])


def tested(mailings: pd.DataFrame) -> dict[str, Any] | Abstained:
    """The newest third of the mailings, scored by rates of those before it; the baseline is one rate for all."""
    if no := refusal(mailings["has_answered"]):
        return no
    days = np.sort(pd.to_datetime(mailings["sent_on"]))
    cutoff = days[int(len(days) * (1 - TEST_SHARE)) - 1]
    sent = pd.to_datetime(mailings["sent_on"])
    past, now = mailings[sent <= cutoff], mailings[sent > cutoff]
    if no := refusal(past["has_answered"]) or refusal(now["has_answered"], events=20):
        return no
    y, p = now["has_answered"].to_numpy(dtype=float), rates(past, "has_answered", now["customer_id"])
    found, constant = evaluate(y, p), np.full(len(y), past["has_answered"].mean())
    if not found["auc_low"] > 0.5:
        return Abstained(
            "what a customer answered so far does not tell who answers next", "客户过去的回应无法说明今后谁会回应"
        )
    return found | {
        "cutoff": str(pd.Timestamp(cutoff).date()), "best_baseline": "one rate for all", "gain": found["auc"] - 0.5,
        "gain_low": found["auc_low"] - 0.5, "gain_high": found["auc_high"] - 0.5,
        "baselines": {"one rate for all": {"auc": 0.5, "brier": brier(y, constant)}},
        "bins": bins(y, p), "subgroups": [],
    }  # fmt: skip


def graded(window: dict[str, Any]) -> str:
    """B where the level is right within ten points, too; else C."""
    return "B" if window["ece"] <= 0.10 else "C"
