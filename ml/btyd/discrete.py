"""BG/BB: buying or not in each of a number of rounds (donations, yearly renewals), leaving for good between rounds.

Source: Fader, Hardie & Shang (2010), Marketing Science 29(6), 1086-1108.
"""

from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, gammaln, logsumexp

from ml.btyd.history import Array
from ml.btyd.optimise import maximise, numeric


class BetaGeoBetaBinomial:
    """Learnt: `alpha_, beta_` (buying), `gamma_, delta_` (leaving), `log_likelihood_`."""

    names: ClassVar[tuple[str, ...]] = ("alpha_", "beta_", "gamma_", "delta_")

    def fit(self, frequency: ArrayLike, recency: ArrayLike, n: ArrayLike, weights: ArrayLike | None = None) -> Self:
        """Maximum likelihood; `recency` is the round of the last purchase (0 without), `n` the rounds so far."""
        columns = [np.asarray(v, dtype=float).ravel() for v in (frequency, recency, n)]
        x, tx, rounds = columns
        if x.size == 0 or (x < 0).any() or (x > tx).any() or (tx > rounds).any() or ((x == 0) != (tx == 0)).any():
            raise ValueError("0 <= frequency <= recency <= n is needed, and recency 0 just where frequency is 0")
        count = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=float)
        cells, at = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
        x, tx, rounds = cells.T
        count = np.bincount(at.ravel(), count)
        fit = maximise(numeric(lambda z: -float(count @ self._ll(np.exp(z), x, tx, rounds))), np.ones(4))
        for name, value in zip(self.names, fit.parameters, strict=True):
            setattr(self, name, float(value))
        self.log_likelihood_ = fit.log_likelihood
        return self

    @staticmethod
    def _ll(parameters: Array, x: Array, tx: Array, n: Array) -> Array:
        alpha, beta, gamma, delta = parameters
        base = betaln(alpha, beta) + betaln(gamma, delta)
        alive = betaln(alpha + x, beta + n - x) + betaln(gamma, delta + n) - base
        after = np.arange(max(int((n - tx).max()), 1))
        left = betaln((alpha + x)[:, None], (beta + tx - x)[:, None] + after)
        left = left + betaln(gamma + 1, (delta + tx)[:, None] + after) - base
        left = np.where(after < (n - tx)[:, None], left, -np.inf)
        return np.logaddexp(alive, logsumexp(left, axis=1))

    @property
    def _parameters(self) -> Array:
        return np.array([self.alpha_, self.beta_, self.gamma_, self.delta_])

    def _columns(self, *values: ArrayLike) -> tuple[list[Array], tuple[int, ...]]:
        whole = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in values))
        return [v.ravel() for v in whole], whole[0].shape

    def probability_alive(self, frequency: ArrayLike, recency: ArrayLike, n: ArrayLike) -> Array:
        """P(alive at round n + 1)."""
        (x, tx, rounds), shape = self._columns(frequency, recency, n)
        alpha, beta, gamma, delta = self._parameters
        log_alive = betaln(alpha + x, beta + rounds - x) - betaln(alpha, beta)
        log_alive += betaln(gamma, delta + rounds + 1) - betaln(gamma, delta)
        return np.exp(log_alive - self._ll(self._parameters, x, tx, rounds)).reshape(shape)

    def expected_purchases(self, rounds: ArrayLike, frequency: ArrayLike, recency: ArrayLike, n: ArrayLike) -> Array:
        """Expected purchases in the next `rounds` rounds, given the history (equation 13 of the paper)."""
        (t, x, tx, past), shape = self._columns(rounds, frequency, recency, n)
        alpha, beta, gamma, delta = self._parameters
        gamma = gamma + 1e-6 if abs(gamma - 1) < 1e-6 else gamma
        log_first = betaln(alpha + x + 1, beta + past - x) - betaln(alpha, beta)
        log_first = log_first + gammaln(gamma + delta) - gammaln(1 + delta)
        now, then = (np.exp(log_first + gammaln(1 + delta + m) - gammaln(gamma + delta + m)) for m in (past, past + t))
        gain = delta / (gamma - 1) * (now - then)
        return (gain * np.exp(-self._ll(self._parameters, x, tx, past))).reshape(shape)
