"""Gradient boosting as challenger of the logistic model: LightGBM in its deterministic mode, kept as its text format.

LightGBM needs the OpenMP library of the system; where it cannot be loaded there is no challenger, and the card says so.
"""

import os
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
ROUNDS = 120
THREADS, FEW_ROWS = min(os.cpu_count() or 1, 4), 20_000  # fewer rows are done sooner by one thread
PARAMETERS = {
    "objective": "binary", "num_leaves": 7, "learning_rate": 0.05, "min_data_in_leaf": 50, "lambda_l2": 5.0,
    "deterministic": True, "force_row_wise": True, "seed": 7, "verbose": -1,
}  # fmt: skip


def available() -> str | None:
    """None when LightGBM can be loaded; else why not, in words."""
    try:
        import lightgbm  # noqa: F401
    except (ImportError, OSError) as error:
        return f"LightGBM cannot be loaded ({error}); install the OpenMP library of your system (libgomp)"
    return None


class Boosted:
    """Learnt: `text_`, the whole model as LightGBM writes it."""

    def __init__(self, threads: int = THREADS) -> None:
        self.threads = threads

    def fit(self, x: Array, y: ArrayLike) -> Self:
        """x: n × p, y: n of 0/1; the same rows give the same text, whatever the number of threads."""
        import lightgbm

        data = lightgbm.Dataset(x, np.asarray(y, dtype=float), params={"verbose": -1})
        threads = self._threads(x)
        self._booster = lightgbm.train(PARAMETERS | {"num_threads": threads}, data, ROUNDS)
        self.text_ = self._booster.model_to_string().replace(f"[num_threads: {threads}]", "[num_threads: 1]")
        return self

    def _threads(self, x: Array) -> int:
        return self.threads if len(x) >= FEW_ROWS else 1

    @classmethod
    def from_text(cls, text: str) -> "Boosted":
        """The model that `text_` holds."""
        import lightgbm

        model = cls()
        model._booster, model.text_ = lightgbm.Booster(model_str=text), text
        return model

    def predict(self, x: Array) -> Array:
        """Probability of 1 for each row."""
        return np.asarray(self._booster.predict(x, num_threads=self._threads(x)), dtype=float)

    def contributions(self, x: Array) -> Array:
        """n × (p + 1): the expected log odds, then what each feature adds (TreeSHAP; sums to the raw score)."""
        found = np.asarray(self._booster.predict(x, pred_contrib=True, num_threads=self._threads(x)), dtype=float)
        return np.column_stack([found[:, -1], found[:, :-1]])
