"""A pipeline of deals with known chances, as the tables that ml.win reads."""

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from ml.logistic import expit

AS_OF = date(2026, 6, 30)
SKILL = {f"s{i}": skill for i, skill in enumerate(np.linspace(-1.2, 1.2, 8))}
CHANNELS = {"referral": 0.8, "web": 0.0, "cold call": -0.8}


def pipeline(deals: int = 2_400, signal: float = 1.0, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(opportunities, deal_forecasts) of three years to `AS_OF`; opportunities also has `chance`, told to nobody."""
    rng = np.random.default_rng(seed)
    opened = [AS_OF - timedelta(days=int(d)) for d in rng.integers(1, 1_100, deals)]
    frame = pd.DataFrame({"opportunity_id": [f"crm:{i:05}" for i in range(deals)], "system": "crm"})
    frame["created_on"] = opened
    frame["customer_id"] = [f"c{i:04}" for i in rng.integers(0, deals, deals)]
    frame["employee_id"] = rng.choice(list(SKILL), deals)
    frame["product_id"] = rng.choice(["crm:a", "crm:b", "crm:c"], deals)
    frame["channel"] = rng.choice(list(CHANNELS), deals)
    z = frame["employee_id"].map(SKILL).to_numpy() + frame["channel"].map(CHANNELS).to_numpy()
    frame["chance"] = expit(signal * z)
    ends = [day + timedelta(days=10 + int(d)) for day, d in zip(opened, rng.gamma(2.0, 25.0, deals), strict=True)]
    frame["closed_on"] = [end if end <= AS_OF else None for end in ends]
    won = np.where(rng.random(deals) < frame["chance"], "won", "lost")
    frame["outcome"] = np.where([end <= AS_OF for end in ends], won, "open")
    months = pd.date_range(min(opened), AS_OF, freq="ME").date
    amounts = rng.lognormal(7, 1, deals).round(2)
    rows = [
        (at, d.opportunity_id, d.system, d.employee_id, 1 + min((at - d.created_on).days // 30, 2),
         (at - d.created_on).days % 30, amount)
        for d, end, amount in zip(frame.itertuples(), ends, amounts, strict=True)
        for at in months
        if d.created_on <= at < end
    ]  # fmt: skip
    names = ["snapshot_on", "deal_id", "system", "employee_id", "stage_no", "stage_days", "expected_amount_base"]
    forecasts = pd.DataFrame(rows, columns=names)
    products = frame.set_index("opportunity_id")["product_id"]
    return frame, with_rules(forecasts.assign(product_id=forecasts["deal_id"].map(products)), frame)


def with_rules(forecasts: pd.DataFrame, deals: pd.DataFrame) -> pd.DataFrame:
    """Outcomes within 90 days as marts.deal_forecasts has them, and its rules: rate of all, and of the stage."""
    ended, outcome = (forecasts["deal_id"].map(deals.set_index("opportunity_id")[c]) for c in ("closed_on", "outcome"))
    until = forecasts["snapshot_on"].map(lambda day: day + timedelta(days=90))
    forecasts["until_on"], is_known = until, until <= AS_OF
    in_time = np.array([end is not None and end == end and end <= to for end, to in zip(ended, until, strict=True)])
    forecasts["is_won"] = np.where(is_known, in_time & (outcome == "won"), None)
    forecasts["won_amount_base"] = forecasts["expected_amount_base"].where(forecasts["is_won"] == True, 0)  # noqa: E712
    for at in forecasts["snapshot_on"].unique():
        here, past = forecasts["snapshot_on"] == at, forecasts[until <= at]
        flat = past["is_won"].astype(float).mean() if len(past) else np.nan
        stage = past["is_won"].astype(float).groupby(past["stage_no"]).agg(["sum", "count"])
        rate = (stage["sum"] + 10 * flat) / (stage["count"] + 10)
        forecasts.loc[here, "p_flat"] = flat
        forecasts.loc[here, "p_stage"] = forecasts.loc[here, "stage_no"].map(rate).fillna(flat)
    return forecasts.assign(p_stage_age=forecasts["p_stage"])


def warehouse(opportunities: pd.DataFrame, forecasts: pd.DataFrame) -> duckdb.DuckDBPyConnection:
    """The tables in memory, with the seed's horizon of 90 days."""
    con = duckdb.connect()
    con.execute("create schema core; create schema marts; create schema seeds")
    con.execute("create table seeds.forecast_parameters as select 'horizon_days' as parameter, 90 as value")
    con.execute("""create table core.fct_opportunities as select * replace (
        created_on::date as created_on, closed_on::date as closed_on) from opportunities""")
    con.execute(
        "create table marts.deal_forecasts as select * replace (snapshot_on::date as snapshot_on) from forecasts"
    )
    return con
