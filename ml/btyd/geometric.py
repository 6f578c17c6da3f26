"""BG/NBD and its modification: customers may leave after a repeat, in the modification after any purchase.

Sources: Fader, Hardie & Lee (2005), Marketing Science 24(2), 275-284; Batislam et al. (2007), IJRM 24(3).
In both, a customer alive after x repeats has a dropout probability of Beta(a, b + x + d), d = 0 or 1; that d is the
whole difference of the formulas.
"""

from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, digamma, gammaln, hyp2f1

from ml.btyd.fitted import FittedOnCells
from ml.btyd.history import Array, Cells, checked
from ml.btyd.optimise import Objective

BLOCK = 8_192  # cells at a time: they stay in the cache, and dot products stay on one thread


class BetaGeoNBD(FittedOnCells):
    """BG/NBD: purchases by a gamma-mixed Poisson process, dropout after a repeat with beta-mixed probability.

    Learnt: `r_, alpha_, a_, b_`, `log_likelihood_` and `covariance_` (of the log parameters).
    """

    names: ClassVar[tuple[str, ...]] = ("r_", "alpha_", "a_", "b_")
    _few: ClassVar[int] = 5_000  # the estimate from so many is near enough for Newton steps on the rest
    _divisors: ClassVar[tuple[int, ...]] = (0, 10, 0, 0)
    _extra: ClassVar[int] = 0  # flips before the first repeat

    def _objective(self, cells: Cells) -> Objective:
        """Negative log-likelihood and gradient: what depends on x, recency or age alone comes from tables."""
        d, total = self._extra, cells.customers
        xs = np.arange(cells.x.max() + 1)
        per_x = np.bincount(cells.x, cells.n, len(xs))
        per_tx = np.bincount(cells.tx, cells.n, len(cells.times))
        repeats_per_tx = np.bincount(cells.tx, cells.n * cells.x, len(cells.times))
        flips = xs + d
        blocks = [slice(i, i + BLOCK) for i in range(0, len(cells), BLOCK)]

        def both(z: Array) -> tuple[float, Array]:
            r, alpha, a, b = np.exp(z)
            log_t, inverse = np.log(alpha + cells.times), 1 / (alpha + cells.times)
            odds = np.where(flips > 0, a / np.maximum(b + flips - 1, 1e-300), 0.0)
            ll = per_x @ (gammaln(r + xs) - gammaln(r) + betaln(a, b + flips) - betaln(a, b))
            ll += total * r * z[1] - (r * per_tx + repeats_per_tx) @ log_t
            by_r = per_x @ (digamma(r + xs) - digamma(r)) + total * z[1] - per_tx @ log_t
            by_alpha = total * r / alpha - (r * per_tx + repeats_per_tx) @ inverse
            by_a = per_x @ (digamma(a + b) - digamma(a + b + flips))
            by_b = by_a + per_x @ (digamma(b + flips) - digamma(b))
            for block in blocks:
                x, tx, big_t, n = cells.x[block], cells.tx[block], cells.T[block], cells.n[block]
                shape, gap = r + x, log_t[tx] - log_t[big_t]
                alive = np.exp(shape * gap)
                both_ways = np.maximum(alive + odds[x], 1e-300)
                ll += n @ np.log(both_ways)
                share = n / both_ways
                dead = np.bincount(x, share, len(xs)) * odds
                alive *= share
                by_r += alive @ gap
                by_alpha += (alive * shape) @ (inverse[tx] - inverse[big_t])
                by_a += dead.sum() / a
                by_b -= (dead[flips > 0] / np.maximum(b + flips[flips > 0] - 1, 1e-300)).sum()
            return -float(ll), -np.array([by_r, by_alpha, by_a, by_b]) * np.exp(z)

        return both

    def expected_purchases(self, t: ArrayLike, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike) -> Array:
        """Expected purchases of a customer with this history in the next `t` units (equation 10 of the paper)."""
        x, _, big_t = (np.asarray(v, dtype=float) for v in (frequency, recency, T))
        return self.probability_alive(frequency, recency, T) * self._alive(np.asarray(t, dtype=float), x, big_t)

    def _alive(self, t: Array, x: Array, big_t: Array, flips: Array | None = None) -> Array:
        """Expected purchases in `t` of a customer who is alive now. By Euler's transformation x stands in the last
        parameter of 2F1 only, which stays exact for customers with hundreds of purchases."""
        a = self.a_ + 1e-6 if abs(self.a_ - 1) < 1e-6 else self.a_
        c = a + self.b_ + (x + self._extra if flips is None else flips) - 1
        left = (self.alpha_ + big_t) / (self.alpha_ + big_t + t)
        others = c - self.r_ - x
        return c / (a - 1) * (1 - left ** (a - 1) * hyp2f1(a - 1, others, c, 1 - left))

    def expected_purchases_new(self, t: ArrayLike) -> Array:
        """Expected repeat purchases of a new customer in the first `t` units (equation 9 of the paper)."""
        t = np.asarray(t, dtype=float)
        stays = self.b_ / (self.a_ + self.b_) if self._extra else 1.0
        return stays * self._alive(t, np.zeros_like(t), np.zeros_like(t))

    def probability_alive(self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike) -> Array:
        """P(alive); in BG/NBD it is 1 for a customer without repeats, a known weakness that the modification lacks."""
        x, tx, big_t = (np.asarray(v, dtype=float) for v in (frequency, recency, T))
        tx, flips = np.where(x > 0, tx, 0.0), x + self._extra
        with np.errstate(divide="ignore"):
            log_odds = np.where(flips > 0, np.log(self.a_ / np.maximum(self.b_ + flips - 1, 1e-300)), -np.inf)
        gap = np.log((self.alpha_ + big_t) / (self.alpha_ + tx))
        return 1 / (1 + np.exp(np.minimum(log_odds + (self.r_ + x) * gap, 700.0)))

    def simulate(
        self, t: float, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike, rng: np.random.Generator, draws: int = 1
    ) -> Array:
        """Purchases in the next `t` units given the history, drawn: (draws, customers).

        Of an alive customer these are a Poisson count cut off by the flip at which the customer drops out.
        """
        x, tx, big_t = checked(frequency, recency, T)
        alive = rng.random((draws, len(x))) < self.probability_alive(x, tx, big_t)
        who = np.nonzero(alive)[1]
        bought = rng.poisson(rng.standard_gamma(self.r_ + x[who]) * (t / (self.alpha_ + big_t[who])))
        found = np.zeros(alive.shape)
        flips = rng.geometric(np.maximum(rng.beta(self.a_, self.b_ + x[who] + self._extra), 1e-9))
        found[alive] = np.minimum(bought, flips)
        return found


class ModifiedBetaGeoNBD(BetaGeoNBD):
    """MBG/NBD: as BG/NBD, but the first purchase can be the last, so that P(alive) of one-time buyers is below 1."""

    _extra: ClassVar[int] = 1
