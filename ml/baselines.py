"""Simple rules that a model must beat to be used: constant, recency, frequency, RFM cell rates (S096, S107, S108).

Each is fitted on the same rows as the model and predicts probabilities, so that it can serve where the model fails.
"""

from collections.abc import Sequence
from typing import Any, Protocol, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ml.hughes import shrink
from ml.logistic import RidgeLogit

Array = NDArray[np.float64]


class Rule(Protocol):
    """Fitted on a frame of features and 0/1 labels; predicts the probability of 1."""

    def fit(self, frame: pd.DataFrame, y: ArrayLike) -> Self: ...

    def predict(self, frame: pd.DataFrame) -> Array: ...

    def to_dict(self) -> dict[str, Any]:
        """What was fitted, as numbers for JSON."""
        ...


class Curve:
    """A logistic curve over the logarithm of one column, e.g. days since the last purchase."""

    def __init__(self, column: str) -> None:
        self.column = column

    def fit(self, frame: pd.DataFrame, y: ArrayLike) -> Self:
        self.model_ = RidgeLogit(1e-3).fit(self._x(frame), y)
        return self

    def predict(self, frame: pd.DataFrame) -> Array:
        return self.model_.predict(self._x(frame))

    def to_dict(self) -> dict[str, Any]:
        return {"column": self.column, "curve": self.model_.to_dict()}

    def _x(self, frame: pd.DataFrame) -> Array:
        return np.log1p(frame[self.column].astype(float).fillna(0).to_numpy())[:, None]


class Cells:
    """Rates of RFM cells, F within R, M within F, drawn towards the mean by how much the cells differ (ml.hughes)."""

    columns = (("recency_days", 5), ("purchase_days", 4), ("mean_day_base", 3))

    def fit(self, frame: pd.DataFrame, y: ArrayLike) -> Self:
        y = np.asarray(y, dtype=float)
        self.breaks_: dict[str, Array] = {}
        codes, names = self._cells(frame, cut=True)
        ones, rows = np.bincount(codes, y, len(names)), np.bincount(codes, minlength=len(names))
        held = rows > 0
        self.rates_ = dict(zip(np.array(names)[held].tolist(), shrink(ones[held], rows[held]), strict=True))
        self.mean_ = float(y.mean())
        return self

    def _cells(self, frame: pd.DataFrame, cut: bool = False) -> tuple[NDArray[np.int64], list[str]]:
        """Cell of each row, as a place in the list of cells; with `cut` the breaks are learnt from these rows."""
        codes, names = np.zeros(len(frame), dtype=np.int64), [""]
        for column, count in self.columns:
            values = frame[column].astype(float).fillna(0).to_numpy()
            finer, found = np.zeros_like(codes), []
            for code, prefix in enumerate(names):
                inside = np.flatnonzero(codes == code)
                if cut and len(inside):
                    self.breaks_[prefix] = np.unique(np.quantile(values[inside], np.arange(1, count) / count))
                grid = self.breaks_.get(prefix, np.empty(0))
                finer[inside] = len(found) + np.searchsorted(grid, values[inside], "left")
                found += [f"{prefix}{place}" for place in range(len(grid) + 1)]
            codes, names = finer, found
        return codes, names

    def predict(self, frame: pd.DataFrame) -> Array:
        codes, names = self._cells(frame)
        return np.array([self.rates_.get(name, self.mean_) for name in names], dtype=float)[codes]

    def to_dict(self) -> dict[str, Any]:
        return {"columns": self.columns, "breaks": self.breaks_, "rates": self.rates_, "mean": self.mean_}


def rules() -> dict[str, Rule]:
    """The rules by name, unfitted."""
    return {"recency": Curve("recency_days"), "frequency": Curve("purchase_days_365d"), "rfm_cells": Cells()}


def fitted(frame: pd.DataFrame, y: ArrayLike, names: Sequence[str] | None = None) -> dict[str, Rule]:
    """The rules fitted on the rows."""
    return {name: rule.fit(frame, y) for name, rule in rules().items() if names is None or name in names}
