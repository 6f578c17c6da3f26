"""When a customer will buy next: a date with an interval, per customer or customer and category (S097, S121).

Gaps between purchase days are log-normal with a mean of the customer's own, drawn towards that of all by how many gaps
there are (empirical Bayes). The date is conditional on the silence so far: who is overdue is not expected yesterday.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from ml.evaluate import difference
from ml.gate import Abstained, too_few

Array = NDArray[np.float64]

FEWEST_GAPS = 100
INTERVAL = 0.8
OVERDUE = 0.9  # share of gaps of such a customer that are shorter than the silence so far


@dataclass(frozen=True)
class Gaps:
    """Mean and variances of log gaps (days): between customers and within one."""

    mean: float
    between: float
    within: float

    @classmethod
    def of(cls, log_gaps: Array, owner: NDArray[np.int64]) -> "Gaps":
        """Method of moments; `owner` numbers the customer of each gap from 0."""
        n = np.bincount(owner).astype(float)
        own = np.bincount(owner, log_gaps) / np.maximum(n, 1)
        n, own, mean = n[n > 0], own[n > 0], float(log_gaps.mean())
        rest = log_gaps - np.bincount(owner, log_gaps)[owner] / np.bincount(owner)[owner]
        freedom = len(log_gaps) - len(n)
        within = float(rest @ rest) / freedom if freedom > 0 else float(log_gaps.var())
        room = len(log_gaps) - float(n @ n) / len(log_gaps)
        spread = float(n @ (own - mean) ** 2) - (len(n) - 1) * within
        return cls(mean, max(spread / room, 0.0) if room > 0 else 0.0, max(within, 1e-4))

    def predictive(self, n: Array, total: Array) -> tuple[Array, Array]:
        """Mean and standard deviation of the next log gap after `n` gaps whose logs add up to `total`."""
        if self.between == 0:
            return np.full(len(n), self.mean), np.full(len(n), np.sqrt(self.within))
        precision = 1 / self.between + n / self.within
        mean = (self.mean / self.between + total / self.within) / precision
        return mean, np.sqrt(self.within + 1 / precision)


def remaining(share: ArrayLike, mean: Array, sd: Array, silence: Array) -> Array:
    """Days from now at which `share` of such gaps, given that they are longer than the silence, have ended."""
    passed = ndtr((np.log(np.maximum(silence, 0.5)) - mean) / sd)
    reached = passed + np.asarray(share) * (1 - passed)
    gap = np.exp(mean + sd * ndtri(np.minimum(reached, 1 - 1e-12)))
    return np.maximum(gap - silence, 1.0)


def within(days: float, mean: Array, sd: Array, silence: Array) -> Array:
    """Chance that the gap ends within the next `days`, given the silence so far."""
    passed, later = (ndtr((np.log(np.maximum(v, 0.5)) - mean) / sd) for v in (silence, silence + days))
    return (later - passed) / np.maximum(1 - passed, 1e-12)


def next_purchase(
    purchases: pd.DataFrame, *, as_of: Any, keys: Sequence[str] = ("customer_id",), days: float = 30.0,
    alive: pd.Series | None = None,
) -> pd.DataFrame | Abstained:  # fmt: skip
    """One row per key of purchases (keys, order_date) up to `as_of`: last_date, gap_count, usual_gap_days, next_date
    with next_date_low and _high (80 %), p_within (of a purchase in the next `days`) and is_overdue.

    `alive` is P(alive) by the first key, where a buying model gives it: p_within is multiplied by it, and the dates
    hold for a customer who comes again at all. Purchases of one day are one.
    """
    as_of, keys = pd.Timestamp(as_of), list(keys)
    log = purchases[[*keys, "order_date"]].assign(order_date=pd.to_datetime(purchases["order_date"]).dt.normalize())
    log = log[log["order_date"] <= as_of].drop_duplicates().sort_values([*keys, "order_date"], kind="stable")
    log["gap"] = log.groupby(keys)["order_date"].diff().dt.days
    gaps = log.dropna(subset="gap")
    if refusal := too_few(len(gaps), FEWEST_GAPS, "gaps between two purchases", "个购买间隔"):
        return refusal
    owner = gaps.groupby(keys, sort=True).ngroup().to_numpy()
    fitted = Gaps.of(np.log(gaps["gap"].to_numpy(float)), owner)
    out = log.assign(log_gap=np.log(log["gap"])).groupby(keys, sort=True).agg(
        last_date=("order_date", "max"), gap_count=("gap", "count"), total=("log_gap", "sum")
    ).reset_index()  # fmt: skip
    mean, sd = fitted.predictive(out["gap_count"].to_numpy(float), out["total"].to_numpy(float))
    silence = (as_of - out["last_date"]).dt.days.to_numpy(float)
    out["usual_gap_days"] = np.exp(mean)
    tail = (1 - INTERVAL) / 2
    for name, share in (("next_date", 0.5), ("next_date_low", tail), ("next_date_high", 1 - tail)):
        ahead = np.minimum(remaining(share, mean, sd, silence), 36_500).round()
        out[name] = as_of + pd.to_timedelta(ahead, unit="D")
    out["p_within"] = within(days, mean, sd, silence)
    if alive is not None:
        out["p_within"] *= out[keys[0]].map(alive).fillna(1.0).to_numpy()
    out["is_overdue"] = ndtr((np.log(np.maximum(silence, 0.5)) - mean) / sd) > OVERDUE
    return out.drop(columns="total")


def backtest(
    purchases: pd.DataFrame,
    *,
    cut: Any,
    days: float,
    keys: Sequence[str] = ("customer_id",),
    alive: pd.Series | None = None,
) -> dict[str, float] | Abstained:
    """The forecasts at `cut` against the `days` that followed. Errors are those of customers who bought in them.

    Keys: customers, bought_share, predicted_share, brier and brier_constant, error_days (median absolute error of the
    date), error_days_own_mean and error_days_all (the naive dates: own mean gap, one gap for all), gain (days nearer
    than the better of the two) with gain_low and gain_high, its 95 % interval by paired bootstrap.
    """
    cut, keys = pd.Timestamp(cut), list(keys)
    found = next_purchase(purchases, as_of=cut, keys=keys, days=days, alive=alive)
    if isinstance(found, Abstained):
        return found
    when = pd.to_datetime(purchases["order_date"])
    later = purchases[(when > cut) & (when <= cut + pd.Timedelta(days=days))]
    first = pd.to_datetime(later["order_date"]).dt.normalize().groupby([later[k] for k in keys]).min().rename("actual")
    frame = found.merge(first.reset_index(), on=keys, how="left")
    log = purchases[when <= cut].groupby(keys)["order_date"].agg(["min", "max"]).reset_index()
    span = (pd.to_datetime(log["max"]).dt.normalize() - pd.to_datetime(log["min"]).dt.normalize()).dt.days.to_numpy(
        float
    )
    n = frame["gap_count"].to_numpy(float)
    one_gap = float(span.sum() / max(n.sum(), 1))
    own_gap = np.where(n > 0, span / np.maximum(n, 1), one_gap)
    bought = frame["actual"].notna().to_numpy()
    actual = (frame["actual"] - cut).dt.days.to_numpy(float)
    silence = (cut - frame["last_date"]).dt.days.to_numpy(float)

    def nearness(y: Array, p: Array) -> float:
        return -float(np.median(np.abs(np.clip(p, 1, days) - y))) if len(y) else float("nan")

    def error(ahead: Array) -> float:
        return -nearness(actual[bought], ahead[bought])

    ahead = (frame["next_date"] - cut).dt.days.to_numpy(float)
    own, same = own_gap - silence, one_gap - silence
    gain = (np.nan,) * 3
    if bought.any():
        naive = own if error(own) <= error(same) else same
        gain = difference(actual[bought], ahead[bought], naive[bought], nearness)
    p = frame["p_within"].to_numpy(float)
    return {
        "customers": float(len(frame)),
        "bought_share": float(bought.mean()),
        "predicted_share": float(p.mean()),
        "brier": float(((p - bought) ** 2).mean()),
        "brier_constant": float(bought.mean() * (1 - bought.mean())),
        "error_days": error(ahead),
        "error_days_own_mean": error(own),
        "error_days_all": error(same),
    } | dict(zip(("gain", "gain_low", "gain_high"), map(float, gain), strict=True))
