"""From a purchase log to histories, and from histories to the distinct ones with their counts."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

STEPS_PER_UNIT = (1, 7)  # whole units, or days in weeks: times on such a grid need no sorting to find the distinct ones
WIDEST_GRID = 100_000
SEEN_FIRST = 1_000  # customers of whom the grid is guessed


def summarise(
    purchases: pd.DataFrame,
    *,
    customer: str,
    date: str,
    amount: str,
    end: pd.Timestamp,
    unit_days: float = 7.0,
    paid_only: bool = False,
) -> pd.DataFrame:
    """Purchase log -> one row per customer: frequency, recency, T (in units of `unit_days`) and monetary.

    Purchases of one day are one purchase; the first purchase is not a repeat and its money does not count;
    purchases after `end` are ignored. `monetary` is the mean amount of the repeat days (NaN without repeats).
    `paid_only` drops the days whose amounts, refunds taken off, come to nothing or less: no purchase was left of them.
    """
    missing = {customer, date, amount} - set(purchases.columns)
    if missing:
        raise ValueError(f"purchases lacks the column(s) {sorted(missing)}; it has {list(purchases.columns)}")
    days = purchases.loc[purchases[date] <= end].groupby([customer, date], as_index=False)[amount].sum()
    if paid_only:
        days = days.loc[days[amount] > 0].reset_index(drop=True)
    days["is_first"] = days[date] == days.groupby(customer)[date].transform("min")
    spans = days.groupby(customer)[date].agg(first="min", last="max", count="size")
    repeats = days.loc[~days["is_first"]].groupby(customer)[amount].mean()
    return pd.DataFrame(
        {
            "frequency": spans["count"] - 1,
            "recency": (spans["last"] - spans["first"]).dt.days / unit_days,
            "T": (end - spans["first"]).dt.days / unit_days,
            "monetary": repeats.reindex(spans.index),
        }
    )


def checked(frequency: ArrayLike, recency: ArrayLike, T: ArrayLike) -> tuple[Array, Array, Array]:
    """The three columns as floats; ValueError where a history cannot be."""
    x, tx, big_t = (np.asarray(v, dtype=float).ravel() for v in (frequency, recency, T))
    total = x.sum() + tx.sum() + big_t.sum()
    possible = np.isfinite(total) and x.size > 0 and min(x.min(), tx.min()) >= 0 and bool((tx <= big_t).all())
    if not possible or bool((x != np.rint(x)).any()):
        raise ValueError("frequency must be whole numbers, frequency, recency and T finite, not negative, recency <= T")
    return x, np.where(x > 0, tx, 0.0), big_t


@dataclass(frozen=True)
class Cells:
    """Distinct histories: x repeats, recency times[tx], age times[T], and n customers each; sorted by x."""

    times: Array
    x: Whole
    tx: Whole
    T: Whole
    n: Array

    @classmethod
    def of(cls, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike) -> Self:
        """Counts equal histories. Customers without repeats differ in age only, so they shrink to a few cells."""
        frequency, recency, age = checked(frequency, recency, T)
        times, at, age_at = _grid(recency, age)
        width, more = len(times), np.flatnonzero(frequency)
        first = np.bincount(age_at, minlength=width) - np.bincount(age_at[more], minlength=width)
        keys = (frequency[more].astype(np.int64) * width + at[more]) * width + age_at[more]
        keys, counts = np.unique(keys, return_counts=True)
        rest = keys // width
        last, repeats = keys - rest * width, rest // width
        recent = rest - repeats * width
        ages = np.flatnonzero(first)
        none = np.zeros(len(ages), dtype=np.int64)
        zero_at = np.full(len(ages), np.searchsorted(times, 0.0), dtype=np.int64)
        return cls(
            times=times,
            x=np.concatenate([none, repeats]),
            tx=np.concatenate([zero_at, recent]),
            T=np.concatenate([ages, last]),
            n=np.concatenate([first[ages], counts]).astype(float),
        )

    def __len__(self) -> int:
        return len(self.n)

    @property
    def customers(self) -> float:
        return float(self.n.sum())

    def thinned(self, most: int) -> Self:
        """Every k-th cell with repeats, counted k times, and all without; for a first look at many cells."""
        step = -(-len(self) // most)
        if step <= 1:
            return self
        kept = np.concatenate([np.flatnonzero(self.x == 0), np.flatnonzero(self.x > 0)[step // 2 :: step]])
        n = self.n[kept] * np.where(self.x[kept] > 0, float(step), 1.0)
        return replace(self, x=self.x[kept], tx=self.tx[kept], T=self.T[kept], n=n)


def _grid(recency: Array, age: Array) -> tuple[Array, Whole, Whole]:
    """Distinct times, ascending and 0 among them, and the places of both columns in them."""
    for steps in STEPS_PER_UNIT:
        if age.max() * steps > WIDEST_GRID or _steps(age[:SEEN_FIRST], steps) is None:
            continue
        at, age_at = _steps(recency, steps), _steps(age, steps)
        if at is not None and age_at is not None:
            return np.arange(int(age_at.max()) + 1) / steps, at, age_at
    times, places = np.unique(np.concatenate([[0.0], recency, age]), return_inverse=True)
    return times, places[1 : len(recency) + 1], places[len(recency) + 1 :]


def _steps(column: Array, steps: int) -> Whole | None:
    """The column in whole steps; None where it is not on that grid."""
    scaled = column * steps
    whole = (scaled + 0.5).astype(np.int32)
    scaled -= whole
    return whole if max(scaled.max(), -scaled.min()) < 1e-6 else None
