"""Logistic regression by Newton steps with a small ridge: calibrated, explained exactly, stored as numbers (S108).

Reasons are exact: on the scale of log odds a prediction is the mean prediction plus one term per feature. Standard
errors are sandwich estimates that take the rows of one customer as one observation (White 1980; Liang & Zeger 1986).
"""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Z95 = 1.959963984540054
STEPS = 50


def expit(z: ArrayLike) -> Array:
    """1 / (1 + exp(-z)) without overflow."""
    z = np.asarray(z, dtype=float)
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


class RidgeLogit:
    """Learnt: `mean_`, `scale_` (n features), `coef_` (intercept first, on standardised features), `covariance_`."""

    def __init__(self, ridge: float = 1.0) -> None:
        self.ridge = ridge

    def fit(self, x: Array, y: ArrayLike, groups: Sequence[Any] | None = None) -> Self:
        """x: n × p finite, y: n of 0/1, groups: who a row belongs to. ValueError for one class or non-finite input."""
        y = np.asarray(y, dtype=float)
        if not np.isfinite(x).all():
            raise ValueError("features must be finite; fill gaps before fitting")
        if len(y) == 0 or y.min() == y.max():
            raise ValueError("both outcomes are needed; all labels are the same")
        self.mean_, self.scale_ = x.mean(axis=0), x.std(axis=0)
        design = self._design(x)
        penalty = np.full(design.shape[1], float(self.ridge))
        penalty[0] = 0.0
        self.coef_ = np.zeros(design.shape[1])
        for _ in range(STEPS):
            p = expit(design @ self.coef_)
            gradient = design.T @ (y - p) - penalty * self.coef_
            bread = (design * (p * (1 - p))[:, None]).T @ design + np.diag(penalty + 1e-9)
            step = np.linalg.solve(bread, gradient)
            self.coef_ = self.coef_ + np.clip(step, -5, 5)
            if np.abs(step).max() < 1e-10:
                break
        scores = design * (y - p)[:, None]
        if groups is not None:
            _, at = np.unique(np.asarray(groups), return_inverse=True)
            scores = np.column_stack([np.bincount(at, column) for column in scores.T])
        inverse = np.linalg.inv(bread)
        self.covariance_ = inverse @ (scores.T @ scores) @ inverse
        return self

    def _design(self, x: Array) -> Array:
        scaled = np.divide(x - self.mean_, self.scale_, out=np.zeros_like(x, dtype=float), where=self.scale_ > 1e-12)
        return np.column_stack([np.ones(len(x)), scaled])

    def predict(self, x: Array) -> Array:
        """Probability of 1 for each row."""
        return expit(self._design(x) @ self.coef_)

    def interval(self, x: Array, z: float = Z95) -> tuple[Array, Array]:
        """Interval of each probability from the uncertainty of the coefficients, by the delta method on log odds."""
        design = self._design(x)
        middle, half = design @ self.coef_, z * np.sqrt(np.einsum("ij,jk,ik->i", design, self.covariance_, design))
        return expit(middle - half), expit(middle + half)

    def contributions(self, x: Array) -> Array:
        """n × (p + 1): the intercept, then what each feature adds to the log odds against an average customer."""
        return self._design(x) * self.coef_

    def to_dict(self) -> dict[str, Any]:
        """The model as numbers, for JSON."""
        names = ("mean_", "scale_", "coef_", "covariance_")
        return {"ridge": self.ridge, **{name: getattr(self, name).tolist() for name in names}}

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> "RidgeLogit":
        """The model that `to_dict` wrote, equal to the last bit."""
        model = cls(stored["ridge"])
        for name in ("mean_", "scale_", "coef_", "covariance_"):
            setattr(model, name, np.array(stored[name], dtype=float))
        return model
