"""What the models of purchases at any time share: the fit over distinct histories, and parameters by name."""

from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from ml.btyd.history import Array, Cells
from ml.btyd.optimise import Objective, maximise


class FittedOnCells:
    """Four positive parameters `names`, learnt from frequency, recency and T; `log_likelihood_`, `covariance_`.

    A model gives `_objective`, how many cells are enough for a first look, and which parameters are times.
    """

    names: ClassVar[tuple[str, ...]]
    _few: ClassVar[int]
    _divisors: ClassVar[tuple[int, ...]]  # of the longest time, where a parameter's start is a time; else 0

    def __init__(self, start: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)) -> None:
        self.start = start

    def fit(self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike) -> Self:
        """Maximum likelihood; ValueError where a history cannot be or the likelihood has no finite maximum."""
        cells = Cells.of(frequency, recency, T)
        thinned = self._objective(cells.thinned(self._few)) if len(cells) > 2 * self._few else None
        # Times are scaled, so that the same start serves days and years.
        longest = float(cells.times[-1]) or 1.0
        start = np.array(self.start) * np.array([longest / n if n else 1.0 for n in self._divisors])
        fit = maximise(self._objective(cells), start, thinned=thinned)
        return self.with_parameters(fit.parameters, fit.log_likelihood, fit.covariance)

    def with_parameters(
        self, parameters: ArrayLike, log_likelihood: float = np.nan, covariance: Array | None = None
    ) -> Self:
        """The model with given parameters, in the order of `names`."""
        for name, value in zip(self.names, np.asarray(parameters, dtype=float), strict=True):
            setattr(self, name, float(value))
        self.log_likelihood_, self.covariance_ = log_likelihood, covariance
        return self

    def _objective(self, cells: Cells) -> Objective:
        """Negative log-likelihood and gradient by the log parameters."""
        raise NotImplementedError
