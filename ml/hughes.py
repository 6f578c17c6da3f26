"""Hughes' test before a mailing: code the file, mail every nth name, roll out the cells that pay (S101-S105).

Sources: A. M. Hughes, Strategic Database Marketing (break-even, nested cells, nth names); E. B. Wilson (1927), JASA 22
(interval); J. C. Kleinman (1973), JASA 68 (moments of a beta prior over cells of unequal size).
Frames in, frames out; nothing is drawn at random, so the same file gives the same plan.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Z95 = 1.959963984540054


def break_even(cost_per_contact: float, net_per_sale: float) -> float:
    """Response rate at which a mailing pays for itself; 0.62 / 35.00 = 1.77 %. ValueError unless both are above 0."""
    if cost_per_contact <= 0 or net_per_sale <= 0:
        raise ValueError(f"cost per contact ({cost_per_contact}) and net per sale ({net_per_sale}) must be above 0")
    return cost_per_contact / net_per_sale


def tiles(order: ArrayLike, count: int) -> NDArray[np.int64]:
    """1 .. count for places in an order (0 = worst) such that tiles differ by one row at most, like SQL's ntile."""
    places = np.asarray(order)
    base, larger = divmod(len(places), count)
    bounds = np.cumsum([base + (i < larger) for i in range(count)])
    return np.searchsorted(bounds, places, side="right") + 1


def nested_cells(
    frame: pd.DataFrame, columns: Sequence[str], *, by: str, counts: Sequence[int] | None = None
) -> pd.Series:
    """Cell of every row, as text of codes: tiles by the first column, inside each by the second, and so on.

    Greater is better in every column (give recency as a negative number of days); ties fall in the order of `by`,
    which must be unique. `counts` are the tiles per column, five by default.
    """
    missing = {by, *columns} - set(frame.columns)
    if missing:
        raise ValueError(f"frame lacks the column(s) {sorted(missing)}; it has {list(frame.columns)}")
    if frame[by].duplicated().any():
        raise ValueError(f"column {by} is not unique, so ties would fall by chance")
    cells = pd.Series("", index=frame.index)
    for column, count in zip(columns, counts or [5] * len(columns), strict=True):
        place = frame.assign(_cell=cells).sort_values(["_cell", column, by]).groupby("_cell").cumcount()
        for _, inside in place.groupby(cells.loc[place.index]):
            cells.loc[inside.index] += tiles(inside.to_numpy(), count).astype(str)
    return cells


def nth_names(file_size: int, sample_size: int) -> NDArray[np.bool_]:
    """Which places of an ordered file are mailed as a test: every nth name, exactly `sample_size` of them.

    n need not be whole; a part of the file of m names gives m * sample_size / file_size of them, give or take one.
    """
    if not 0 <= sample_size <= file_size:
        raise ValueError(f"a sample of {sample_size} cannot be drawn from {file_size} names")
    steps = np.arange(file_size + 1) * sample_size // max(file_size, 1)
    return np.diff(steps) > 0


def wilson(responders: ArrayLike, n: ArrayLike, z: float = Z95) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Wilson score interval of a rate; NaN where nobody was mailed. Holds for small n and for rates near 0."""
    x, n = np.asarray(responders, float), np.asarray(n, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        p, per_name = x / n, z * z / n
        half = np.sqrt(per_name * (p * (1 - p) + per_name / 4))
        return (p + per_name / 2 - half) / (1 + per_name), (p + per_name / 2 + half) / (1 + per_name)


def shrink(responders: ArrayLike, n: ArrayLike) -> NDArray[np.float64]:
    """Rates drawn towards the rate of all cells by a beta prior whose strength the cells' own spread tells.

    Cells that differ no more than chance get the common rate; a cell without a mailing gets it, too.
    """
    x, n = np.asarray(responders, float), np.asarray(n, float)
    tested = n > 0
    if not tested.any():
        return np.full(len(n), np.nan)
    total, p = n.sum(), x.sum() / n.sum()
    spread = (n[tested] * (x[tested] / n[tested] - p) ** 2).sum() - (tested.sum() - 1) * p * (1 - p)
    room = total - (n**2).sum() / total
    if room <= 0 or spread <= 0:
        return np.full(len(n), p)
    strength = max(p * (1 - p) * room / spread - 1, 0.0)
    with np.errstate(invalid="ignore"):
        return np.where(tested, (x + strength * p) / (n + strength), p)


def plan(cells: pd.Series, is_test: ArrayLike, is_response: ArrayLike, *, cost: float, net: float) -> pd.DataFrame:
    """One row per cell: the test's result and what to do with the names that were not in it.

    `is_response` counts among test names only. Money is in the unit of `cost` (per contact) and `net` (per sale).
    """
    frame = pd.DataFrame({"cell": np.asarray(cells), "test": np.asarray(is_test, bool)})
    frame["response"] = np.asarray(is_response, bool) & frame["test"]
    out = frame.groupby("cell").agg(names=("test", "size"), tested=("test", "sum"), responders=("response", "sum"))
    out["rate"] = out["responders"] / out["tested"].where(out["tested"] > 0)
    out["rate_low"], out["rate_high"] = wilson(out["responders"], out["tested"])
    out["shrunk_rate"] = shrink(out["responders"], out["tested"])
    out["break_even"] = break_even(cost, net)
    out["index"] = 100 * (out["rate"] / out["break_even"] - 1)
    out["roll_out"] = out["rate"] >= out["break_even"]
    out["roll_out_shrunk"] = out["shrunk_rate"] >= out["break_even"]
    out["expected_profit"] = (out["names"] - out["tested"]) * (out["shrunk_rate"] * net - cost)
    return out.reset_index()


def profit(is_mailed: ArrayLike, is_response: ArrayLike, *, cost: float, net: float) -> float:
    """What mailing these names earned: sales times net less contacts times cost."""
    mailed = np.asarray(is_mailed, bool)
    return float((np.asarray(is_response, bool) & mailed).sum() * net - mailed.sum() * cost)
