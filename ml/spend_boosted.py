"""Spend of a coming window by gradient boosting: LightGBM with Tweedie loss on what a customer bought so far (S073).

The challenger of the buying and spend models (ml.clv). It learns the window before the cutoff from what was known
before that one, so that nothing of the window it is judged on, nor of the other customers' outcomes in it, is seen.
Tweedie (Jørgensen 1987) takes many zeros and a long tail in one loss; power 1.5 lies midway of compound Poisson.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ml.boosted import PARAMETERS as BOOSTED
from ml.boosted import available
from ml.gate import Abstained, too_few

Array = NDArray[np.float64]
ROUNDS = 100
FEWEST_CUSTOMERS, FEWEST_BUYERS = 200, 50
RECENT_DAYS = (30, 90, 180, 365)
PARAMETERS = BOOSTED | {"objective": "tweedie", "tweedie_variance_power": 1.5, "num_threads": 1}


def features(log: pd.DataFrame, cutoff: pd.Timestamp) -> pd.DataFrame:
    """Purchase log (customer_id, order_date, revenue) -> one row per customer who paid for anything by `cutoff`.

    Days are purchases; a day whose refunds left nothing is none. Days and gaps in days, spend in the log's currency.
    """
    days = log[log["order_date"] <= cutoff].groupby(["customer_id", "order_date"], as_index=False)["revenue"].sum()
    days = days[days["revenue"] > 0].sort_values(["customer_id", "order_date"])
    days["age"] = (cutoff - days["order_date"]).dt.days
    by = days.groupby("customer_id")
    found = pd.DataFrame({
        "recency_days": by["age"].min(), "tenure_days": by["age"].max(), "purchases": by.size(),
        "spend": by["revenue"].sum(), "mean_spend": by["revenue"].mean(), "most_spend": by["revenue"].max(),
        "first_spend": by["revenue"].first(), "last_spend": by["revenue"].last(),
    })  # fmt: skip
    gaps = (found["purchases"] - 1).replace(0, np.nan)
    found["mean_gap_days"] = (found["tenure_days"] - found["recency_days"]) / gaps
    for span in RECENT_DAYS:
        recent = days[days["age"] < span].groupby("customer_id")["revenue"]
        found[f"spend_{span}d"] = recent.sum().reindex(found.index, fill_value=0.0)
        found[f"purchases_{span}d"] = recent.size().reindex(found.index, fill_value=0)
    return found.astype(float)


def spend_after(log: pd.DataFrame, customers: pd.Index, cutoff: pd.Timestamp, days: float) -> Array:
    """What each customer spent in the `days` after `cutoff`, refunds taken off."""
    until = cutoff + pd.Timedelta(days=days)
    later = log[(log["order_date"] > cutoff) & (log["order_date"] <= until)]
    return later.groupby("customer_id")["revenue"].sum().reindex(customers, fill_value=0.0).to_numpy(float)


class TweedieSpend:
    """Learnt: `text_`, the whole model as LightGBM writes it. Equal rows in equal order give equal text."""

    def fit(self, x: ArrayLike, spend: ArrayLike) -> "TweedieSpend":
        """x: n × p, gaps as NaN; spend: n, what is below 0 counts as 0, for which the loss has no value."""
        import lightgbm

        y = np.maximum(np.asarray(spend, dtype=float), 0.0)
        data = lightgbm.Dataset(np.asarray(x, dtype=float), y, params={"verbose": -1})
        self._booster = lightgbm.train(PARAMETERS, data, ROUNDS)
        self.text_ = self._booster.model_to_string()
        return self

    def predict(self, x: ArrayLike) -> Array:
        """Spend expected of each row."""
        return np.asarray(self._booster.predict(np.asarray(x, dtype=float), num_threads=1), dtype=float)


def forecast(log: pd.DataFrame, cutoff: pd.Timestamp, days: float) -> pd.Series | Abstained:
    """Spend of the `days` after `cutoff` by customer, learnt from the `days` before it; nothing later is seen."""
    if why := available():
        return Abstained(why, "无法加载LightGBM,请安装系统的OpenMP库(libgomp)")
    before = cutoff - pd.Timedelta(days=days)
    past = features(log, before)
    spent = spend_after(log, past.index, before, days)
    few = too_few(len(past), FEWEST_CUSTOMERS, "customers before the window learnt from", "学习窗口之前的客户")
    few = few or too_few(int((spent > 0).sum()), FEWEST_BUYERS, "of them bought in it", "其中在窗口内购买的客户")
    if few:
        return few
    now = features(log, cutoff)
    return pd.Series(TweedieSpend().fit(past, spent).predict(now), index=now.index)


def judged(actual: ArrayLike, made: ArrayLike) -> dict[str, Any]:
    """bias of the sum, mae, gini (of the actual spend in the forecast's order over its own best order), decile_mape

    (mean of |forecast / actual - 1| over tenths by forecast) and top_share (of spend in the best tenth by forecast).
    """
    actual, made = np.asarray(actual, dtype=float), np.asarray(made, dtype=float)
    total = actual.sum()
    if not len(actual) or total <= 0:
        return {}
    order = np.argsort(-made, kind="stable")
    tenths = [(made[at].sum(), actual[at].sum()) for at in np.array_split(order, 10)]
    return {
        "bias": float(made.sum() / total - 1),
        "mae": float(np.abs(made - actual).mean()),
        "gini": _gini(actual, order) / _gini(actual, np.argsort(-actual, kind="stable")),
        "decile_mape": float(np.mean([abs(f / a - 1) for f, a in tenths if a > 0])),
        "top_share": float(actual[order[: len(order) // 10]].sum() / total),
    }


def _gini(actual: Array, order: NDArray[np.int64]) -> float:
    """Area between the curve of cumulated spend in this order and the even one."""
    return float(np.cumsum(actual[order]).sum() / actual.sum() / len(actual) - (len(actual) + 1) / (2 * len(actual)))
