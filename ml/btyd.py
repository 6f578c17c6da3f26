"""Buy-till-you-die models: how often a customer will buy again, and for how much (S073, S097).

Time unit: whatever `recency` and `T` are given in (weeks in the reference data); predictions use the same unit.
Sources: Fader, Hardie & Lee (2005), Marketing Science 24(2) for BG/NBD; Fader & Hardie (2013), Gamma-Gamma note.
"""

from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

Array = NDArray[np.float64]


def summarise(
    purchases: pd.DataFrame, *, customer: str, date: str, amount: str, end: pd.Timestamp, unit_days: float = 7.0
) -> pd.DataFrame:
    """Purchase log -> one row per customer: frequency, recency, T (in units of `unit_days`) and monetary.

    Purchases of one day are one purchase; the first purchase is not a repeat and its money does not count;
    purchases after `end` are ignored. `monetary` is the mean amount of the repeat days (NaN without repeats).
    """
    missing = {customer, date, amount} - set(purchases.columns)
    if missing:
        raise ValueError(f"purchases lacks the column(s) {sorted(missing)}; it has {list(purchases.columns)}")
    days = purchases.loc[purchases[date] <= end].groupby([customer, date], as_index=False)[amount].sum()
    days["is_first"] = days[date] == days.groupby(customer)[date].transform("min")
    spans = days.groupby(customer)[date].agg(first="min", last="max", count="size")
    repeats = days.loc[~days["is_first"]].groupby(customer)[amount].mean()
    return pd.DataFrame(
        {
            "frequency": spans["count"] - 1,
            "recency": (spans["last"] - spans["first"]).dt.days / unit_days,
            "T": (end - spans["first"]).dt.days / unit_days,
            "monetary": repeats.reindex(spans.index),
        }
    )


def _maximise(negative_ll, start: Array) -> tuple[Array, float]:
    """Minimise over log parameters, so that all stay positive; raises when the optimiser gives up."""
    result = minimize(lambda z: negative_ll(np.exp(z)), np.log(start), method="L-BFGS-B", options={"ftol": 1e-12})
    refined = minimize(lambda z: negative_ll(np.exp(z)), result.x, method="Nelder-Mead", options={"xatol": 1e-7})
    if not np.isfinite(refined.fun):
        raise ValueError("the likelihood has no finite maximum on this data")
    return np.exp(refined.x), -float(refined.fun)


class BetaGeoNBD:
    """BG/NBD: purchases by a gamma-mixed Poisson process, dropout after a purchase with beta-mixed probability.

    Learnt: `r_, alpha_, a_, b_` and `log_likelihood_`.
    """

    def __init__(self, start: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)) -> None:
        self.start = start

    def fit(self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike) -> Self:
        """Maximum likelihood on the distinct (frequency, recency, T) rows with their counts."""
        rows = np.column_stack([np.asarray(v, dtype=float) for v in (frequency, recency, T)])
        if rows.size == 0 or not np.isfinite(rows).all() or (rows < 0).any() or (rows[:, 1] > rows[:, 2]).any():
            raise ValueError("frequency, recency and T must be finite, not negative, and recency <= T")
        (x, tx, big_t), weight = (d := np.unique(rows, axis=0, return_counts=True))[0].T, d[1]

        def negative_ll(params: Array) -> float:
            return -float(weight @ self._ll(params, x, tx, big_t))

        (self.r_, self.alpha_, self.a_, self.b_), self.log_likelihood_ = _maximise(negative_ll, np.array(self.start))
        return self

    @staticmethod
    def _ll(params: Array, x: Array, tx: Array, big_t: Array) -> Array:
        r, alpha, a, b = params
        common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b)
        alive = -(r + x) * np.log(alpha + big_t)
        with np.errstate(divide="ignore"):
            dead = np.where(
                x > 0, np.log(a) - np.log(np.maximum(b + x - 1, 1e-12)) - (r + x) * np.log(alpha + tx), -np.inf
            )
        return common + np.logaddexp(alive, dead)

    def expected_purchases(self, t: ArrayLike, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike) -> Array:
        """Expected purchases of a customer with this history in the next `t` units (equation 10 of the paper)."""
        x, tx, big_t = (np.asarray(v, dtype=float) for v in (frequency, recency, T))
        t = np.asarray(t, dtype=float)
        r, alpha, a, b = self.r_, self.alpha_, self.a_, self.b_
        growth = ((alpha + big_t) / (alpha + big_t + t)) ** (r + x)
        numerator = (
            (a + b + x - 1) / (a - 1) * (1 - growth * hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + big_t + t)))
        )
        return numerator / (1 + self._odds_dead(x, tx, big_t))

    def expected_purchases_new(self, t: ArrayLike) -> Array:
        """Expected purchases of a new customer in the first `t` units (equation 9 of the paper)."""
        t = np.asarray(t, dtype=float)
        r, alpha, a, b = self.r_, self.alpha_, self.a_, self.b_
        return (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + t)) ** r * hyp2f1(r, b, a + b - 1, t / (alpha + t)))

    def probability_alive(self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike) -> Array:
        """P(alive); 1 for a customer without repeats, a known weakness of the model."""
        x, tx, big_t = (np.asarray(v, dtype=float) for v in (frequency, recency, T))
        return 1 / (1 + self._odds_dead(x, tx, big_t))

    def _odds_dead(self, x: Array, tx: Array, big_t: Array) -> Array:
        ratio = ((self.alpha_ + big_t) / (self.alpha_ + tx)) ** (self.r_ + x)
        return np.where(x > 0, self.a_ / np.maximum(self.b_ + x - 1, 1e-12) * ratio, 0.0)


class GammaGamma:
    """Mean value of a purchase: gamma spend with a gamma-mixed scale. Learnt: `p_, q_, gamma_`, `log_likelihood_`."""

    def __init__(self, start: tuple[float, float, float] = (1.0, 2.0, 1.0)) -> None:
        self.start = start

    def fit(self, frequency: ArrayLike, monetary: ArrayLike) -> Self:
        """Maximum likelihood on customers with repeats and positive mean spend; the others carry no information."""
        x, m = (np.asarray(v, dtype=float) for v in (frequency, monetary))
        keep = (x > 0) & (m > 0)
        if not keep.any():
            raise ValueError("no customer has a repeat purchase with positive spend; Gamma-Gamma cannot be fitted")
        x, m = x[keep], m[keep]

        def negative_ll(params: Array) -> float:
            p, q, v = params
            ll = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v) + (p * x - 1) * np.log(m)
            return -float(np.sum(ll + p * x * np.log(x) - (p * x + q) * np.log(x * m + v)))

        (self.p_, self.q_, self.gamma_), self.log_likelihood_ = _maximise(negative_ll, np.array(self.start))
        return self

    def expected_value(self, frequency: ArrayLike, monetary: ArrayLike) -> Array:
        """Expected mean value of a purchase; the population mean for a customer without repeats."""
        x = np.asarray(frequency, dtype=float)
        m = np.where(x > 0, np.nan_to_num(np.asarray(monetary, dtype=float)), 0.0)
        return self.p_ * (self.gamma_ + x * m) / (self.p_ * x + self.q_ - 1)
