"""Open deals at month-ends as rows for a model: what was known on the day, and how it ended (S119).

A row is a deal that stood open at a cutoff (marts.deal_forecasts). Its label is known when it was won or lost within
`horizon` days, and only rows whose whole window has closed are learnt from: else quick decisions would weigh too much.
Records (won of decided, by seller, channel of origin, product, customer) count deals closed by the cutoff, and are
drawn towards the common rate by how much they differ (ml.hughes.shrink). An amount is taken where deal_forecasts trusts
it. Seller, channel and product are those of the deal's newest version.
"""

from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.hughes import shrink
from ml.parameters import parameters

Array = NDArray[np.float64]

OPEN_DEALS = """
    select
        f.snapshot_on as cutoff_on, f.deal_id as opportunity_id, f.system, o.customer_id, f.employee_id, f.product_id,
        o.channel, f.stage_no, f.stage_days, date_diff('day', o.created_on, f.snapshot_on) as age_days,
        cast(f.expected_amount_base as double) as amount
    from marts.deal_forecasts as f
    inner join core.fct_opportunities as o on f.deal_id = o.opportunity_id
    where f.snapshot_on <= $as_of
    order by f.snapshot_on, f.deal_id
"""
DECIDED = """
    select opportunity_id, system, customer_id, employee_id, product_id, channel, closed_on, outcome = 'won' as is_won
    from core.fct_opportunities
    where outcome in ('won', 'lost') and closed_on <= $as_of
    order by opportunity_id
"""
RECORDS = {"seller": "employee_id", "origin": "channel", "product": "product_id", "customer": "customer_id"}
# Group of features -> features, words in English, words in Chinese.
GROUPS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "seller": (
        ("seller",),
        "seller won {seller_won:.0f} of {seller_n:.0f} deals",
        "销售人员 {seller_n:.0f} 单中赢 {seller_won:.0f} 单",
    ),
    "origin": (
        ("origin",),
        "by {channel_name}: {origin_won:.0f} of {origin_n:.0f} deals won",
        "来源为 {channel_name} 的 {origin_n:.0f} 单中赢 {origin_won:.0f} 单",
    ),
    "product": (
        ("product",),
        "for this product: {product_won:.0f} of {product_n:.0f} deals won",
        "该产品 {product_n:.0f} 单中赢 {product_won:.0f} 单",
    ),
    "customer": (
        ("customer",),
        "with this customer: {customer_won:.0f} of {customer_n:.0f} deals won",
        "该客户 {customer_n:.0f} 单中赢 {customer_won:.0f} 单",
    ),
    "stage": (
        ("stage", "stage_time"),
        "in stage {stage_no:.0f} for {stage_days:.0f} days",
        "处于第 {stage_no:.0f} 阶段 {stage_days:.0f} 天",
    ),
    "age": (("age",), "open for {age_days:.0f} days", "已开启 {age_days:.0f} 天"),
    "amount": (
        ("amount_ratio",),
        "worth {ratio:.1f} times the middle open deal",
        "金额为在谈商机中位数的 {ratio:.1f} 倍",
    ),
}
NAMES = tuple(name for names, _, _ in GROUPS.values() for name in names)


def read(con: duckdb.DuckDBPyConnection, as_of: date) -> tuple[pd.DataFrame, int]:
    """Rows of `prepared` from core and marts, and the horizon in days."""
    horizon = parameters(con, "forecast_parameters")["horizon_days"]
    deals, decided = (con.execute(sql, {"as_of": as_of}).df() for sql in (OPEN_DEALS, DECIDED))
    return prepared(deals, decided, int(horizon), as_of), int(horizon)


def prepared(deals: pd.DataFrame, decided: pd.DataFrame, horizon: int, as_of: Any) -> pd.DataFrame:
    """Rows of `deals` with features, `known_on` (day on which the window closes) and `is_won` (NaN: not decided in it).

    deals: as OPEN_DEALS gives; decided: as DECIDED gives. Nothing closed after `as_of` is read.
    """
    rows = deals.sort_values(["cutoff_on", "opportunity_id"], kind="stable").reset_index(drop=True)
    rows["cutoff_on"] = pd.to_datetime(rows["cutoff_on"])
    decided = decided.assign(closed_on=pd.to_datetime(decided["closed_on"]))
    decided = decided[decided["closed_on"] <= pd.Timestamp(as_of)].drop_duplicates("opportunity_id")
    rows = rows.assign(channel_name=rows["channel"].fillna("?").astype(str), **_records(rows, decided))
    for name, column in (("stage", "stage_no"), ("stage_time", "stage_days"), ("age", "age_days")):
        rows[column] = rows[column].astype(float).fillna(0).clip(lower=0)
        rows[name] = np.log1p(rows[column])
    rows["stage"] = rows["stage_no"]
    amount = rows["amount"].astype(float).where(rows["amount"] > 0)
    rows["ratio"] = (amount / amount.groupby(rows["cutoff_on"]).transform("median")).fillna(1.0)
    rows["amount_ratio"] = np.log(rows["ratio"])
    ends, outcomes = (dict(zip(decided["opportunity_id"], decided[c], strict=True)) for c in ("closed_on", "is_won"))
    closed_on = pd.to_datetime(rows["opportunity_id"].map(ends))
    rows["known_on"] = rows["cutoff_on"] + pd.Timedelta(days=horizon)
    inside = (closed_on > rows["cutoff_on"]) & (closed_on <= rows["known_on"])
    rows["is_won"] = rows["opportunity_id"].map(outcomes).astype(float).where(inside)
    return rows.reset_index(drop=True)


def _records(rows: pd.DataFrame, decided: pd.DataFrame) -> dict[str, Array]:
    """`base`, the share won of all deals closed by the cutoff, and of each record `<name>_won`, `<name>_n`,
    `<name>_rate` and `<name>`, its log odds against the base (0 where it says nothing)."""
    cutoffs = rows["cutoff_on"].to_numpy()
    closed, won = decided["closed_on"].to_numpy(), decided["is_won"].to_numpy(dtype=float)
    spans = [(cutoffs == at, closed <= at) for at in np.unique(cutoffs)]
    found = {"base": np.full(len(rows), np.nan)}
    for here, past in spans:
        found["base"][here] = won[past].mean() if past.any() else np.nan
    for name, column in RECORDS.items():
        codes, kinds = pd.factorize(pd.concat([decided[column], rows[column]]).astype(object))
        theirs, mine, size = codes[: len(decided)], codes[len(decided) :], len(kinds) + 1  # the last: nobody
        wins, decisions, rate = np.zeros(len(rows)), np.zeros(len(rows)), found["base"].copy()
        for here, past in spans:
            known = past & (theirs >= 0)
            n = np.bincount(theirs[known], minlength=size).astype(float)
            x = np.bincount(theirs[known], won[known], minlength=size)
            wins[here], decisions[here] = x[mine[here]], n[mine[here]]
            rate[here] = np.where(n[mine[here]] > 0, shrink(x, n)[mine[here]], rate[here])
        found |= {f"{name}_won": wins, f"{name}_n": decisions, f"{name}_rate": rate}
        found[name] = np.nan_to_num(_log_odds(rate) - _log_odds(found["base"]))
    return found


def _log_odds(rate: Array) -> Array:
    kept = np.clip(rate, 0.01, 0.99)
    return np.log(kept / (1 - kept))


def matrix(rows: pd.DataFrame) -> Array:
    """n × len(NAMES), finite."""
    return rows[list(NAMES)].to_numpy(dtype=float).reshape(len(rows), len(NAMES))


def reasons(rows: pd.DataFrame, terms: Array, top: int = 3) -> list[list[tuple[str, str]]]:
    """For each row the `top` groups that move it most, as (English, Chinese); terms: n × len(NAMES), in log odds."""
    sums = np.column_stack([terms[:, [NAMES.index(n) for n in names]].sum(axis=1) for names, _, _ in GROUPS.values()])
    order, texts = np.argsort(-np.abs(sums), axis=1, kind="stable")[:, :top], list(GROUPS.values())
    said = []
    for i, facts in enumerate(rows.to_dict("records")):
        turns = [
            (": a higher chance", "：可能性较高") if sums[i, g] > 0 else (": a lower chance", "：可能性较低")
            for g in order[i]
        ]
        said.append([
            (texts[g][1].format(**facts) + en, texts[g][2].format(**facts) + zh)
            for g, (en, zh) in zip(order[i], turns, strict=True)
        ])  # fmt: skip
    return said
