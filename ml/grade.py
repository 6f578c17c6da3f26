"""How far scores may be trusted: a grade earned on windows that lie after everything the model was trained on.

    A        better than every baseline in both windows, slope of calibration 0.8 to 1.25, ECE up to 0.04
    B        better than every baseline in the newest window, slope 0.67 to 1.5, ECE up to 0.08
    C        better than chance; the best baseline serves where the model is not better than it
    abstain  no better than chance, or the gate was not passed; there are no scores

Better means that the 95 % interval of the paired difference lies above 0. Only A and B may feed a list of customers.
A perfect model has ECE of about 0.8 · sqrt(10 · p · (1 - p) / n), 0.04 for n = 1,000; small companies earn B at best.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ml.gate import Abstained, single_class, too_few

MIN_ROWS, MIN_EVENTS = 200, 50
LISTABLE = ("A", "B")
SUSPICIOUS_GAIN, SUSPICIOUS_FEATURE = 0.05, 0.85


def refusal(y: ArrayLike, *, rows: int = MIN_ROWS, events: int = MIN_EVENTS) -> Abstained | None:
    """None where labels (0/1, of closed windows only) can carry a model; else what is missing."""
    y = np.asarray(y, dtype=float)
    few = too_few(len(y), rows, "customers whose window of labels has closed", "观察期已结束的客户")
    if few or (few := single_class(y)):
        return few
    rarer = int(min(y.sum(), len(y) - y.sum()))
    return too_few(rarer, events, "rows of the rarer outcome", "较少结果的记录")


def grade(windows: list[dict[str, Any]]) -> str:
    """Grade from evaluations, newest first: auc_low, slope, ece, and gain_low, the least gain over baselines."""
    if not windows or not windows[0]["auc_low"] > 0.5:
        return "abstain"
    newest = windows[0]
    if len(windows) > 1 and all(w["gain_low"] > 0 for w in windows) and _calibrated(newest, 0.8, 1.25, 0.04):
        return "A"
    if newest["gain_low"] > 0 and _calibrated(newest, 0.67, 1.5, 0.08):
        return "B"
    return "C"


def _calibrated(window: dict[str, Any], low: float, high: float, ece: float) -> bool:
    return low <= window["slope"] <= high and window["ece"] <= ece


def leaks(gain_low: float, auc_features: dict[str, float]) -> list[str]:
    """What looks like knowledge of the future; a model with any of it is not used until a person has looked.

    gain_low: lower bound of the gain in AUC over the best baseline. auc_features: AUC of every feature alone.
    """
    found = [
        f"feature {name} alone has AUC {max(value, 1 - value):.3f}, above {SUSPICIOUS_FEATURE}"
        for name, value in sorted(auc_features.items())
        if max(value, 1 - value) > SUSPICIOUS_FEATURE
    ]
    if gain_low > SUSPICIOUS_GAIN:
        found.append(f"AUC is surely more than {SUSPICIOUS_GAIN} above the best baseline (at least {gain_low:.3f})")
    return found
