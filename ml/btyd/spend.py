"""Gamma-Gamma: the mean value of a customer's purchases, drawn towards the mean of all by how many there are.

Source: Fader & Hardie (2013), note on the gamma-gamma model; Colombo & Jiang (1999).
"""

from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import digamma, gammaln

from ml.btyd.history import Array
from ml.btyd.optimise import Objective, maximise

FEW = 40_000  # customers for a first look


class GammaGamma:
    """Gamma spend with a gamma-mixed scale, independent of the number of purchases.

    Learnt: `p_, q_, gamma_`, `log_likelihood_`, `covariance_` of the logs, and `correlation_` of frequency and spend,
    which the model takes to be none: above 0.3 it should not serve.
    """

    names: ClassVar[tuple[str, ...]] = ("p_", "q_", "gamma_")

    def __init__(self, start: tuple[float, float, float] = (1.0, 2.0, 1.0)) -> None:
        self.start = start

    def fit(self, frequency: ArrayLike, monetary: ArrayLike) -> Self:
        """Maximum likelihood on customers with repeats and positive mean spend; the others carry no information."""
        x, m = (np.asarray(v, dtype=float) for v in (frequency, monetary))
        keep = (x > 0) & (m > 0)
        if not keep.any():
            raise ValueError("no customer has a repeat purchase with positive spend; Gamma-Gamma cannot be fitted")
        x, m = x[keep].astype(np.int64), m[keep]
        is_told = x.std() > 0 and m.std() > 0
        self.correlation_ = float(np.corrcoef(x, m)[0, 1]) if is_told else 0.0
        step = -(-len(x) // FEW)
        thinned = self._objective(x[::step], m[::step], float(step)) if step > 1 else None
        start = np.array(self.start) * np.array([1, 1, float(m.mean())])
        fit = maximise(self._objective(x, m), start, thinned=thinned)
        return self.with_parameters(fit.parameters, fit.log_likelihood, fit.covariance)

    def with_parameters(
        self, parameters: ArrayLike, log_likelihood: float = np.nan, covariance: Array | None = None
    ) -> Self:
        """The model with given parameters, in the order of `names`."""
        self.p_, self.q_, self.gamma_ = (float(v) for v in np.asarray(parameters, dtype=float))
        self.log_likelihood_, self.covariance_ = log_likelihood, covariance
        return self

    @staticmethod
    def _objective(x: np.ndarray, m: Array, weight: float = 1.0) -> Objective:
        xs = np.arange(x.max() + 1)
        per_x = np.bincount(x, minlength=len(xs)).astype(float)
        held = per_x > 0
        xs, per_x = xs[held].astype(float), per_x[held]
        spent = x * m
        fixed, logs = -np.log(m).sum(), x @ np.log(spent)

        def both(z: Array) -> tuple[float, Array]:
            p, q, scale = np.exp(z)
            shapes, log_sum = p * xs, np.log(spent + scale)
            total, repeats = float(len(x)), float(x @ log_sum)
            log_total = float(log_sum.sum())
            ll = per_x @ (gammaln(shapes + q) - gammaln(shapes)) + total * (q * z[2] - gammaln(q)) + fixed
            ll += p * logs - p * repeats - q * log_total
            by_p = per_x @ (xs * (digamma(shapes + q) - digamma(shapes))) + logs - repeats
            by_q = per_x @ digamma(shapes + q) - total * digamma(q) + total * z[2] - log_total
            by_scale = total * q / scale - ((p * x + q) / (spent + scale)).sum()
            return -weight * float(ll), -weight * np.array([by_p * p, by_q * q, by_scale * scale])

        return both

    def expected_value(self, frequency: ArrayLike, monetary: ArrayLike) -> Array:
        """Expected mean value of a purchase; the population mean for a customer without repeats.

        A customer whose repeats came to nothing or less after refunds counts as one without.
        """
        x, m = self._known(frequency, monetary)
        return self.p_ * (self.gamma_ + x * m) / (self.p_ * x + self.q_ - 1)

    def simulate(self, purchases: Array, frequency: ArrayLike, monetary: ArrayLike, rng: np.random.Generator) -> Array:
        """Spend on that many `purchases`, (draws, customers) as they are, drawn given the history."""
        x, m = self._known(frequency, monetary)
        bought = purchases > 0
        who = np.nonzero(bought)[1]
        scale = rng.standard_gamma(self.p_ * x[who] + self.q_) / (self.gamma_ + x[who] * m[who])
        found = np.zeros(purchases.shape)
        found[bought] = rng.standard_gamma(self.p_ * purchases[bought]) / np.maximum(scale, 1e-300)
        return found

    @staticmethod
    def _known(frequency: ArrayLike, monetary: ArrayLike) -> tuple[Array, Array]:
        x, m = np.asarray(frequency, dtype=float), np.nan_to_num(np.asarray(monetary, dtype=float))
        is_known = (x > 0) & (m > 0)
        return np.where(is_known, x, 0.0), np.where(is_known, m, 0.0)
