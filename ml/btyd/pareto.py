"""Pareto/NBD: purchases by a gamma-mixed Poisson process, a lifetime of gamma-mixed exponential length.

Sources: Schmittlein, Morrison & Colombo (1987), Management Science 33(1); Fader & Hardie (2005), a note on it.
The integral over the time of death is taken by Gauss-Legendre quadrature in the logarithm of time instead of by two
hypergeometric functions: one formula for both orders of alpha and beta, and its gradient costs nothing more.
"""

from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import digamma, gammaln

from ml.btyd.fitted import FittedOnCells
from ml.btyd.history import Array, Cells, checked
from ml.btyd.optimise import Objective

NODES, WEIGHTS = np.polynomial.legendre.leggauss(32)
NODES, WEIGHTS = (NODES + 1) / 2, WEIGHTS / 2
NEGLIGIBLE = 45.0  # e^-45: beyond it the integrand adds nothing; 32 nodes are exact to 1e-12 within it
BLOCK = 4_096


def _paths(parameters: Array, x: Array, tx: Array, big_t: Array) -> tuple[Array, Array, Array]:
    """Likelihoods of being alive now and of having died at each node, both over that of dying at the last purchase;
    and the nodes' times. The second and third are (customers, nodes)."""
    r, alpha, s, beta = parameters
    low = np.log(alpha + tx)
    span = np.log(alpha + big_t) - low
    decay = r + x - 1 + (s + 1) * np.minimum((alpha + tx) / (beta + tx), 1.0)
    span = np.minimum(span, NEGLIGIBLE / np.maximum(decay, 1e-3))
    passed = span[:, None] * NODES
    u = np.exp(low[:, None] + passed) - alpha
    later = np.log((beta + u) / (beta + tx)[:, None])
    died = np.exp(-(r + x)[:, None] * passed - s * later) * (alpha + u) / (beta + u)
    died *= s * span[:, None] * WEIGHTS
    alive = np.exp((r + x) * np.log((alpha + tx) / (alpha + big_t)) + s * np.log((beta + tx) / (beta + big_t)))
    return alive, died, u


class ParetoNBD(FittedOnCells):
    """Learnt: `r_, alpha_` (purchases), `s_, beta_` (lifetime), `log_likelihood_`, `covariance_` of the logs."""

    names: ClassVar[tuple[str, ...]] = ("r_", "alpha_", "s_", "beta_")
    _few: ClassVar[int] = 2_000  # each costs 32 nodes
    _divisors: ClassVar[tuple[int, ...]] = (0, 4, 0, 4)

    @property
    def _parameters(self) -> Array:
        return np.array([self.r_, self.alpha_, self.s_, self.beta_])

    def _objective(self, cells: Cells) -> Objective:
        blocks = [slice(i, i + BLOCK) for i in range(0, len(cells), BLOCK)]

        def both(z: Array) -> tuple[float, Array]:
            parameters = np.exp(z)
            r, alpha, s, beta = parameters
            ll, gradient = 0.0, np.zeros(4)
            for block in blocks:
                x, n = cells.x[block].astype(float), cells.n[block]
                tx, big_t = cells.times[cells.tx[block]], cells.times[cells.T[block]]
                alive, died, u = _paths(parameters, x, tx, big_t)
                whole = alive + died.sum(axis=1)
                first = gammaln(r + x) - gammaln(r) + r * z[1] + s * z[3]
                ll += n @ (first - (r + x) * np.log(alpha + tx) - s * np.log(beta + tx) + np.log(whole))
                alive, died = alive / whole, died / whole[:, None]
                log_a, log_b = np.log(alpha + u), np.log(beta + u)
                mean_log_a = alive * np.log(alpha + big_t) + (died * log_a).sum(axis=1)
                mean_log_b = alive * np.log(beta + big_t) + (died * log_b).sum(axis=1)
                mean_a = alive / (alpha + big_t) + (died / (alpha + u)).sum(axis=1)
                mean_b = alive * s / (beta + big_t) + (s + 1) * (died / (beta + u)).sum(axis=1)
                gradient += [
                    n @ (digamma(r + x) - digamma(r) + z[1] - mean_log_a),
                    n @ (r / alpha - (r + x) * mean_a),
                    n @ (z[3] - mean_log_b + (1 - alive) / s),
                    n @ (s / beta - mean_b),
                ]
            return -float(ll), -gradient * parameters

        return both

    def probability_alive(self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike) -> Array:
        """P(alive): below 1 for one-time buyers, too."""
        shape = np.shape(frequency)
        x, tx, big_t = checked(frequency, recency, T)
        found = []
        for i in range(0, len(x), BLOCK):
            alive, died, _ = _paths(self._parameters, x[i : i + BLOCK], tx[i : i + BLOCK], big_t[i : i + BLOCK])
            found.append(alive / (alive + died.sum(axis=1)))
        return np.concatenate(found).reshape(shape)

    def expected_purchases(self, t: ArrayLike, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike) -> Array:
        """Expected purchases of a customer with this history in the next `t` units."""
        x, big_t = (np.asarray(v, dtype=float) for v in (frequency, T))
        time = self._time_alive(np.asarray(t, dtype=float), self.beta_ + big_t)
        return self.probability_alive(frequency, recency, T) * (self.r_ + x) / (self.alpha_ + big_t) * time

    def expected_purchases_new(self, t: ArrayLike) -> Array:
        """Expected repeat purchases of a new customer in the first `t` units."""
        return self.r_ / self.alpha_ * self._time_alive(np.asarray(t, dtype=float), self.beta_)

    def _time_alive(self, t: Array, beta: ArrayLike) -> Array:
        """Expected time alive within the next `t`, of a customer alive now."""
        log_left = np.log(beta / (beta + t))
        near_one = abs(self.s_ - 1) < 1e-9
        return beta * (-log_left if near_one else -np.expm1((self.s_ - 1) * log_left) / (self.s_ - 1))

    def simulate(
        self, t: float, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike, rng: np.random.Generator, draws: int = 1
    ) -> Array:
        """Purchases in the next `t` units given the history, drawn: (draws, customers)."""
        x, tx, big_t = checked(frequency, recency, T)
        alive = rng.random((draws, len(x))) < self.probability_alive(x, tx, big_t)
        who = np.nonzero(alive)[1]
        rate = rng.standard_gamma(self.r_ + x[who]) / (self.alpha_ + big_t[who])
        leaving = rng.standard_gamma(self.s_, size=len(who)) / (self.beta_ + big_t[who])
        left = rng.exponential(size=len(who)) / np.maximum(leaving, 1e-300)
        found = np.zeros(alive.shape)
        found[alive] = rng.poisson(rate * np.minimum(left, t))
        return found
