"""What has moved since a model was last tested: its features and its score, then and now (S107, ML18)."""

from typing import Any

import pandas as pd

from ml.binary import Trained
from ml.design import NAMES, matrix
from ml.drift import drift

CALENDAR = ("season_sin", "season_cos")  # the day of the year itself: one value per cutoff, never the same
TITLE = "Moved since the newest test"


def moved(answer: Trained, before: pd.DataFrame, now: pd.DataFrame) -> dict[str, Any]:
    """Part of a card. before, now: features of those asked at the newest test's cutoff and of those scored.

    `moved_features` counts features that moved, none where too few rows (under 50) can be compared; the table names
    them, and `score` where the scores themselves are distributed otherwise.
    """
    then, today = matrix(before), matrix(now)
    pairs = {name: (then[:, j], today[:, j]) for j, name in enumerate(NAMES) if name not in CALENDAR}
    found = {name: drift(*pair) for name, pair in pairs.items()}
    told = {name: one for name, one in found.items() if one is not None}
    if not told:
        return {"moved_features": None}
    count = sum(one.has_moved for one in told.values())
    told["score"] = drift(answer.predict(before), answer.predict(now))
    rows = [
        {"feature": name, "psi": round(one.psi, 4), "threshold": round(one.threshold, 4)}
        for name, one in sorted(told.items(), key=lambda item: -item[1].psi)
        if one.has_moved
    ]
    return {"moved_features": count, "tables": {TITLE: rows}}
