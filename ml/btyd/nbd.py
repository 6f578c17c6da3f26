"""NBD: a gamma-mixed Poisson process without dropout, the naive model beside the others (Ehrenberg 1959)."""

from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import digamma, gammaln

from ml.btyd.history import Array, Cells
from ml.btyd.optimise import maximise


class NBD:
    """Nobody ever leaves. Learnt: `r_, alpha_`, `log_likelihood_`."""

    names: ClassVar[tuple[str, ...]] = ("r_", "alpha_")

    def fit(self, frequency: ArrayLike, T: ArrayLike) -> Self:
        """Maximum likelihood of the order of purchases, as in the other models (without the factor T^x / x!)."""
        cells = Cells.of(frequency, np.zeros_like(np.asarray(T, dtype=float)), T)
        x, big_t, n = cells.x, cells.times[cells.T], cells.n

        def both(z: Array) -> tuple[float, Array]:
            r, alpha = np.exp(z)
            log_t = np.log(alpha + big_t)
            ll = n @ (gammaln(r + x) - gammaln(r) + r * z[1] - (r + x) * log_t)
            by_r = n @ (digamma(r + x) - digamma(r) + z[1] - log_t)
            by_alpha = n @ (r / alpha - (r + x) / (alpha + big_t))
            return -float(ll), -np.array([by_r * r, by_alpha * alpha])

        fit = maximise(both, np.array([1.0, float(big_t.max()) / 10 or 1.0]))
        (self.r_, self.alpha_), self.log_likelihood_ = (float(v) for v in fit.parameters), fit.log_likelihood
        return self

    def expected_purchases(self, t: ArrayLike, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike) -> Array:
        """Expected purchases in the next `t` units; recency does not matter to this model."""
        x, big_t = (np.asarray(v, dtype=float) for v in (frequency, T))
        return (self.r_ + x) / (self.alpha_ + big_t) * np.asarray(t, dtype=float)
