"""sBG: how long contracts last that end at a renewal, each customer with a chance of leaving of an own size.

Everyone leaves at each renewal with a constant chance, which differs between customers as a beta distribution; so the
share that stays grows with age, though nobody changes. Source: Fader & Hardie (2007), How to Project Customer
Retention, Journal of Interactive Marketing 21(1), 76-90; value: Fader & Hardie (2010), Marketing Science 29(1), 85-93.
"""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln

from ml.btyd.history import Array
from ml.btyd.optimise import maximise, numeric


class ShiftedBetaGeometric:
    """Learnt: `alpha_, beta_` of the chance to leave at a renewal, `log_likelihood_`."""

    def fit(self, age: ArrayLike, has_left: ArrayLike, weights: ArrayLike | None = None) -> Self:
        """Maximum likelihood. `age` is the renewal at which it ended (from 1), or how many were survived (from 0)."""
        age, left = np.asarray(age, dtype=float).ravel(), np.asarray(has_left, dtype=bool).ravel()
        if age.size == 0 or (age < 0).any() or (age[left] < 1).any():
            raise ValueError("ages from 0 are needed, from 1 for those who left")
        count = np.ones(len(age)) if weights is None else np.asarray(weights, dtype=float)
        cells, at = np.unique(np.column_stack([age, left]), axis=0, return_inverse=True)
        count = np.bincount(at.ravel(), count)
        periods, gone = cells[:, 0], cells[:, 1] > 0

        def loss(z: Array) -> float:
            alpha, beta = np.exp(z)
            own = np.where(gone, betaln(alpha + 1, beta + periods - 1), betaln(alpha, beta + periods))
            return -float(count @ (own - betaln(alpha, beta)))

        fit = maximise(numeric(loss), np.array([1.0, 2.0]))
        self.alpha_, self.beta_ = (float(value) for value in fit.parameters)
        self.log_likelihood_ = fit.log_likelihood
        return self

    def survival(self, periods: ArrayLike) -> Array:
        """Share that is still there after so many renewals."""
        t = np.asarray(periods, dtype=float)
        return np.exp(betaln(self.alpha_, self.beta_ + t) - betaln(self.alpha_, self.beta_))

    def probability_to_leave(self, age: ArrayLike, within: ArrayLike) -> Array:
        """Chance that one who survived `age` renewals leaves at one of the next `within`."""
        age = np.asarray(age, dtype=float)
        return 1 - self.survival(age + np.asarray(within, dtype=float)) / self.survival(age)

    def expected_periods(self, age: ArrayLike, discount: float) -> Array:
        """Discounted periods still to come, the next renewal included (DERL), at `discount` a period above 0.

        The sum runs until what is left of it weighs less than 1e-9.
        """
        if not discount > 0:
            raise ValueError("a discount rate above 0 is needed: without one the sum need not be finite")
        age = np.asarray(age, dtype=float)
        ahead = np.arange(1, int(np.ceil(np.log(1e9) / np.log1p(discount))) + 1, dtype=float)
        stays = self.survival(age[..., None] + ahead) / self.survival(age)[..., None]
        return (stays / (1 + discount) ** (ahead - 1)).sum(axis=-1)
