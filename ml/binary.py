"""A yes-or-no question about customers, from features to a graded model: split by time, baselines, challenger, grade.

The two newest cutoffs whose windows have closed are the tests. A model for a test sees only rows whose own window had
closed by that cutoff. What serves afterwards is fitted on every closed row (S107, S108, S111).
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml import baselines, boosted
from ml.design import NAMES, matrix
from ml.evaluate import auc, bins, brier, difference, evaluate
from ml.gate import Abstained
from ml.grade import grade, leaks, refusal
from ml.logistic import RidgeLogit

Array = NDArray[np.float64]
RIDGE = 5.0
TESTS = 2


@dataclass
class Trained:
    """What came of one question. `model` is None where a baseline serves."""

    grade: str
    serves: str
    model: RidgeLogit | boosted.Boosted | None
    rule: baselines.Rule
    windows: list[dict[str, Any]]
    facts: dict[str, Any] = field(default_factory=dict)

    def predict(self, frame: pd.DataFrame) -> Array:
        """Probability for each row of a frame of features."""
        return self.rule.predict(frame) if self.model is None else self.model.predict(matrix(frame))

    def interval(self, frame: pd.DataFrame) -> tuple[Array, Array]:
        """95 % interval of each probability; missing where the serving model gives none."""
        if isinstance(self.model, RidgeLogit):
            return self.model.interval(matrix(frame))
        return np.full(len(frame), np.nan), np.full(len(frame), np.nan)


def train(rows: pd.DataFrame, label: str, days: str, as_of: Any, challenge: bool = True) -> Trained | Abstained:
    """rows: features with the 0/1 column `label` and `days`, the length of each row's window after cutoff_on.

    A row counts from cutoff_on + days on, when its window has closed; later than `as_of` it is left out. Abstains
    where the labels cannot carry a model.
    """
    rows = rows.sort_values(["cutoff_on", "customer_id"], kind="stable").reset_index(drop=True)
    cutoffs = pd.to_datetime(rows["cutoff_on"])
    known = cutoffs + pd.to_timedelta(rows[days].astype(int), unit="D")
    closed = known <= pd.Timestamp(as_of)
    tests = sorted(set(cutoffs.unique()) - set(cutoffs[~closed].unique()), reverse=True)[:TESTS]
    rows, known = rows[closed].reset_index(drop=True), known[closed].reset_index(drop=True)
    if no := refusal(rows[label]):
        return no
    missing = boosted.available() if challenge else "not asked for"
    windows = [w for w in (_window(rows, label, known, test, missing is None) for test in tests) if w is not None]
    if not windows:
        return Abstained(
            "no cutoff has closed windows both before and after it; more history is needed",
            "历史数据不足,无法在时间上划分训练与检验",
        )
    y = rows[label].to_numpy(dtype=float)
    mark = grade(windows)
    found = [text for w in windows for text in w["leaks"]]
    if mark == "abstain" or found:
        why = "; ".join(found) or "the model is no better than chance in the newest window"
        return Abstained(why, "疑似使用了未来信息,需人工检查" if found else "模型在最新检验期不优于随机")
    serves, model = "logistic", None
    best = windows[0]["best_baseline"]
    if windows[0]["gain_low"] <= 0 and windows[0]["gain"] <= 0:
        serves = best
    elif promoted(windows):
        serves, model = "lightgbm", boosted.Boosted().fit(matrix(rows), y)
    else:
        model = RidgeLogit(RIDGE).fit(matrix(rows), y, rows["customer_id"].to_numpy())
    facts = {"rows": len(rows), "customers": int(rows["customer_id"].nunique()), "rate": float(y.mean())}
    facts |= {"challenger": missing or "LightGBM", "cutoffs": [str(c.date()) for c in sorted(cutoffs[closed].unique())]}
    rule = baselines.fitted(rows, y, [best])[best]
    return Trained(mark, serves, model, rule, windows, facts)


def _window(
    rows: pd.DataFrame, label: str, known: pd.Series, test: pd.Timestamp, challenge: bool
) -> dict[str, Any] | None:
    """Evaluation at one cutoff of what was fitted on rows known by then; None where either side is too thin."""
    at = pd.to_datetime(rows["cutoff_on"])
    past, now = rows[known <= test], rows[at == test]
    y, y_now = past[label].to_numpy(dtype=float), now[label].to_numpy(dtype=float)
    if refusal(y) or y_now.min() == y_now.max():
        return None
    x, x_now = matrix(past), matrix(now)
    p = RidgeLogit(RIDGE).fit(x, y).predict(x_now)
    simple = {name: rule.predict(now) for name, rule in baselines.fitted(past, y).items()}
    scored = {name: auc(y_now, q) for name, q in simple.items()}
    best = max(sorted(scored), key=lambda name: scored[name])
    gain, low, high = difference(y_now, p, simple[best])
    found = evaluate(y_now, p) | {
        "cutoff": str(test.date()),
        "training_rows": len(past),
        "best_baseline": best,
        "gain": gain,
        "gain_low": low,
        "gain_high": high,
        "baselines": {name: {"auc": scored[name], "brier": brier(y_now, q)} for name, q in simple.items()},
        "bins": bins(y_now, p),
        "subgroups": _subgroups(now, y_now, p),
        "leaks": leaks(low, {name: auc(y_now, x_now[:, j]) for j, name in enumerate(NAMES)}),
    }
    if not challenge:
        return found | {"challenger_auc": None, "challenger_low": -1.0, "challenger_slope": 0.0}
    return found | rivalry(y_now, boosted.Boosted().fit(x, y).predict(x_now), p)


def rivalry(y: Array, challenger: Array, champion: Array) -> dict[str, float]:
    """What decides on a challenger in one window: its AUC and slope, and the low end of its gain in AUC."""
    low = difference(y, challenger, champion)[1]
    found = evaluate(y, challenger, resamples=2)
    return {"challenger_auc": found["auc"], "challenger_low": low, "challenger_slope": found["slope"]}


def promoted(windows: list[dict[str, Any]]) -> bool:
    """Whether the challenger serves: surely better and calibrated in both windows."""
    return len(windows) == TESTS and all(
        w["challenger_low"] > 0 and 0.67 <= w["challenger_slope"] <= 1.5 for w in windows
    )


def _subgroups(frame: pd.DataFrame, y: Array, p: Array) -> list[dict[str, Any]]:
    """n, rate, mean probability and AUC by segment and for customers with one purchase and with more."""
    parts = {f"segment {s}": (frame["segment"] == s).to_numpy() for s in sorted(frame["segment"].unique())}
    single = (frame["purchase_days"] == 1).to_numpy()
    parts |= {"one day of purchase": single, "more days of purchase": ~single}
    return [
        {
            "group": name,
            "n": int(at.sum()),
            "rate": float(y[at].mean()),
            "predicted": float(p[at].mean()),
            "auc": auc(y[at], p[at]),
        }
        for name, at in parts.items()
        if at.any()
    ]
