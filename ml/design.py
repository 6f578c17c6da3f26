"""Features of features.customer_features as a matrix, and what each says to people (S107, S108, S111).

One definition for training and scoring. Counts and days enter as log(1 + v), shares as they are, gaps as a fixed value
with a column that says so. Value is a rank among the customers of the same cutoff, so the unit of money has no effect.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]

LOGS = (
    "recency_days", "tenure_days", "purchase_days", "purchase_days_90d", "purchase_days_365d", "visits_30d",
    "visits_90d", "carts_30d", "engagements_90d", "complaints_365d", "service_90d", "mailings_90d", "responses_90d",
)  # fmt: skip

DERIVED: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "lateness": lambda f: np.log1p((f["recency_days"] / f["mean_gap_days"].clip(lower=1)).fillna(0)),
    "is_single": lambda f: (f["purchase_days"] == 1).astype(float),
    "value_rank": lambda f: f.groupby("cutoff_on")["mean_day_base"].rank(pct=True).fillna(0.5),
    "discount_share": lambda f: f["discount_share_365d"].fillna(0).clip(0, 1),
    "return_share": lambda f: f["return_share_365d"].fillna(0).clip(0, 1),
    "online_share": lambda f: f["online_share"].fillna(0),
    "visit_age": lambda f: np.log1p(f["visit_age_days"].fillna(365)),
    "satisfaction": lambda f: f["satisfaction_percent"].fillna(60) / 100,
    "no_answer": lambda f: f["satisfaction_percent"].isna().astype(float),
    "season_sin": lambda f: np.sin(_year_angle(f)),
    "season_cos": lambda f: np.cos(_year_angle(f)),
}

NAMES = (*LOGS, *DERIVED)

# Group of correlated features -> its features, and the fact in English and Chinese. {column} is a column of the frame.
GROUPS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "recency": (
        ("recency_days", "lateness", "purchase_days_90d"),
        "days since the last purchase: {recency_days:.0f}", "距上次购买{recency_days:.0f}天",
    ),
    "frequency": (
        ("purchase_days", "purchase_days_365d", "is_single"),
        "days of purchase: {purchase_days:.0f}, in the last year: {purchase_days_365d:.0f}",
        "共{purchase_days:.0f}个购买日,近一年{purchase_days_365d:.0f}个",
    ),
    "tenure": (("tenure_days",), "days as a customer: {tenure_days:.0f}", "成为客户{tenure_days:.0f}天"),
    "visits": (
        ("visit_age", "visits_30d", "visits_90d", "carts_30d"),
        "visits to the site in 90 days: {visits_90d:.0f}", "近90天访问网站{visits_90d:.0f}次",
    ),
    "value": (("value_rank",), "{mean_day_base:,.2f} spent per day of purchase", "每个购买日消费{mean_day_base:,.2f}"),
    "discount": (
        ("discount_share",), "{discount_share:.0%} of a year's sales given as discount",
        "近一年折扣占比{discount_share:.0%}",
    ),
    "returns": (("return_share",), "{return_share:.0%} of a year's sales returned", "近一年退货占比{return_share:.0%}"),
    "channel": (("online_share",), "{online_share:.0%} of purchases online", "线上购买占比{online_share:.0%}"),
    "engagement": (
        ("engagements_90d",), "reactions on social media in 90 days: {engagements_90d:.0f}",
        "近90天社交互动{engagements_90d:.0f}次",
    ),
    "complaints": (
        ("complaints_365d",), "complaints in a year: {complaints_365d:.0f}",
        "近一年投诉{complaints_365d:.0f}次",
    ),
    "service": (
        ("service_90d",), "service contacts in 90 days: {service_90d:.0f}",
        "近90天服务联系{service_90d:.0f}次",
    ),
    "mailings": (
        ("mailings_90d", "responses_90d"),
        "mailings in 90 days: {mailings_90d:.0f}, answered: {responses_90d:.0f}",
        "近90天收到营销{mailings_90d:.0f}次、回应{responses_90d:.0f}次",
    ),
    "satisfaction": (
        ("satisfaction", "no_answer"), "satisfaction of {satisfaction:.0%} (60% where never asked)",
        "满意度{satisfaction:.0%}(未调查者按60%)",
    ),
    "season": (("season_sin", "season_cos"), "time of the year", "所处季节"),
}  # fmt: skip


def _year_angle(frame: pd.DataFrame) -> pd.Series:
    return 2 * np.pi * pd.to_datetime(frame["cutoff_on"]).dt.day_of_year / 365.25


def matrix(frame: pd.DataFrame) -> Array:
    """n × len(NAMES), finite, whatever is missing; ValueError names a column that the frame lacks."""
    try:
        columns = [np.log1p(frame[name].astype(float).clip(lower=0).fillna(0)) for name in LOGS]
        columns += [make(frame).astype(float) for make in DERIVED.values()]
    except KeyError as missing:
        raise ValueError(f"features lack the column {missing}; they have {list(frame.columns)}") from None
    return np.column_stack([np.asarray(c, dtype=float) for c in columns]).reshape(len(frame), len(NAMES))


def reasons(
    frame: pd.DataFrame, terms: Array, *, up: tuple[str, str], down: tuple[str, str], top: int = 3
) -> list[list[tuple[str, str]]]:
    """For each row the `top` groups that move it most, as (English, Chinese), strongest first.

    terms: n × len(NAMES), what each feature adds to the log odds. `up` and `down` say what that does, e.g. "raises
    the risk". Words state what goes together, never a cause.
    """
    sums = np.column_stack(
        [terms[:, [NAMES.index(name) for name in names]].sum(axis=1) for names, _, _ in GROUPS.values()]
    )
    order = np.argsort(-np.abs(sums), axis=1, kind="stable")[:, :top]
    texts = list(GROUPS.values())
    facts = frame.assign(
        **{name: make(frame) for name, make in DERIVED.items() if "share" in name or name == "satisfaction"}
    )
    used = [name for name in facts.columns if any("{" + name + ":" in en for _, en, _ in texts)]
    values = [dict(zip(used, row, strict=True)) for row in facts[used].fillna(0).astype(float).itertuples(index=False)]
    return [
        [
            (
                f"{texts[g][1].format(**values[i])}: {(up if sums[i, g] > 0 else down)[0]}",
                f"{texts[g][2].format(**values[i])}:{(up if sums[i, g] > 0 else down)[1]}",
            )
            for g in order[i]
        ]
        for i in range(len(facts))
    ]
