"""How good a probability is: discrimination, calibration, lift and profit, each with bootstrap intervals.

Measures: AUC (Mann-Whitney, ties count half), average precision (PR-AUC), Brier score, log loss, slope and intercept of
a logistic recalibration (Cox 1958), ECE over ten equal-sized bins, capture in the best tenths. 0/1 labels `y`, scores
`p`; greater scores mean 1. Resampling is by row and seeded, so equal input gives equal output.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ml.logistic import expit
from ml.resampled import Ranking

Array = NDArray[np.float64]
RESAMPLES, SEED, BINS = 200, 11, 10
EPS = 1e-12


def ranks(values: ArrayLike) -> Array:
    """Ranks from 1, ties at their mean."""
    values = np.asarray(values, dtype=float)
    order = np.sort(values)
    return (np.searchsorted(order, values, "left") + np.searchsorted(order, values, "right") + 1) / 2


def auc(y: ArrayLike, p: ArrayLike) -> float:
    """Chance that a 1 scores above a 0; NaN with one class."""
    y = np.asarray(y, dtype=bool)
    ones, zeros = int(y.sum()), int((~y).sum())
    if not ones or not zeros:
        return float("nan")
    return float((ranks(p)[y].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def average_precision(y: ArrayLike, p: ArrayLike) -> float:
    """Mean precision at the ones; tied scores enter together, so their order does not matter."""
    y, p = np.asarray(y, dtype=float), np.asarray(p, dtype=float)
    if y.sum() == 0:
        return float("nan")
    order = np.argsort(-p, kind="stable")
    last = np.append(np.flatnonzero(np.diff(p[order])), len(p) - 1)
    hits = np.cumsum(y[order])[last]
    return float((np.diff(hits, prepend=0) * hits / (last + 1)).sum() / y.sum())


def brier(y: ArrayLike, p: ArrayLike) -> float:
    """Mean squared error of probabilities."""
    return float(((np.asarray(p, dtype=float) - np.asarray(y, dtype=float)) ** 2).mean())


def log_loss(y: ArrayLike, p: ArrayLike) -> float:
    """Mean negative log likelihood in nats; probabilities are kept 1e-12 away from 0 and 1."""
    y, p = np.asarray(y, dtype=float), np.clip(np.asarray(p, dtype=float), EPS, 1 - EPS)
    return float(-(y * np.log(p) + (1 - y) * np.log(1 - p)).mean())


def calibration(y: ArrayLike, p: ArrayLike) -> tuple[float, float]:
    """(slope, intercept) of y on the log odds of p: 1 and 0 when perfect; NaN where p or y does not vary."""
    y, p = np.asarray(y, dtype=float), np.clip(np.asarray(p, dtype=float), 1e-6, 1 - 1e-6)
    odds = np.log(p / (1 - p))
    if len(y) < 3 or np.ptp(odds) < 1e-9 or y.min() == y.max():
        return float("nan"), float("nan")
    design, coef = np.column_stack([np.ones(len(y)), odds]), np.array([0.0, 1.0])
    for _ in range(50):
        q = expit(design @ coef)
        hessian = (design * (q * (1 - q))[:, None]).T @ design + 1e-9 * np.eye(2)
        step = np.clip(np.linalg.solve(hessian, design.T @ (y - q)), -5, 5)
        coef = coef + step
        if np.abs(step).max() < 1e-9:
            break
    return float(coef[1]), float(coef[0])


def bins(y: ArrayLike, p: ArrayLike, count: int = BINS) -> list[dict[str, float]]:
    """Rows of a calibration plot: equal-sized bins by score with n, mean score and rate; fewer rows give fewer bins."""
    y, p = np.asarray(y, dtype=float), np.asarray(p, dtype=float)
    parts = np.array_split(np.argsort(p, kind="stable"), min(count, len(p)) or 1)
    return [
        {"n": len(at), "predicted": float(p[at].mean()), "observed": float(y[at].mean())} for at in parts if len(at)
    ]


def ece(y: ArrayLike, p: ArrayLike) -> float:
    """Expected calibration error: mean gap between score and rate over ten equal-sized bins."""
    rows = bins(y, p)
    return float(sum(r["n"] * abs(r["predicted"] - r["observed"]) for r in rows) / max(sum(r["n"] for r in rows), 1))


def capture(y: ArrayLike, p: ArrayLike, share: float) -> float:
    """Share of the ones among the best `share` of the scores; ties at the border count in proportion."""
    y, p = np.asarray(y, dtype=float), np.asarray(p, dtype=float)
    if y.sum() == 0:
        return float("nan")
    take = share * len(p)
    border = np.sort(p)[::-1][min(int(np.ceil(take)), len(p)) - 1]
    above, tied = p > border, p == border
    return float((y[above].sum() + y[tied].mean() * (take - above.sum())) / y.sum())


def expected_profit(y: ArrayLike, p: ArrayLike, gain: float, cost: float) -> float:
    """Money per row when all with p · gain > cost are contacted: what the ones bring, less what the contacts cost."""
    y, chosen = np.asarray(y, dtype=float), np.asarray(p, dtype=float) * gain > cost
    return float((y[chosen] * gain - cost).sum() / len(y)) if len(y) else 0.0


MEASURES: dict[str, Callable[[Array, Array], float]] = {
    "auc": auc,
    "average_precision": average_precision,
    "brier": brier,
    "log_loss": log_loss,
    "slope": lambda y, p: calibration(y, p)[0],
    "intercept": lambda y, p: calibration(y, p)[1],
    "ece": ece,
    "capture_10": lambda y, p: capture(y, p, 0.1),
    "capture_20": lambda y, p: capture(y, p, 0.2),
    "lift_10": lambda y, p: capture(y, p, 0.1) / 0.1,
}
WITH_INTERVAL = ("auc", "average_precision", "brier", "capture_20")


def evaluate(y: ArrayLike, p: ArrayLike, resamples: int = RESAMPLES) -> dict[str, float]:
    """Every measure; those of WITH_INTERVAL also as `<name>_low` and `<name>_high` (95 % bootstrap)."""
    y, p = np.asarray(y, dtype=float), np.asarray(p, dtype=float)
    if not len(y):
        return {"n": 0.0} | {name: float("nan") for name in (*MEASURES, "rate")}
    found = {name: measure(y, p) for name, measure in MEASURES.items()}
    found |= {"n": float(len(y)), "rate": float(y.mean())}
    ranking, squared, drawn = Ranking(y, p), (p - y) ** 2, []
    for counts in _draws(len(y), resamples):
        sample = ranking.drawn(counts)
        drawn.append(
            (sample.auc(), sample.average_precision(), np.average(squared, weights=counts), sample.capture(0.2))
        )
    for name, values in zip(WITH_INTERVAL, zip(*drawn, strict=True), strict=True):
        low, high = np.nanquantile(values, [0.025, 0.975])
        found |= {f"{name}_low": float(low), f"{name}_high": float(high)}
    return found


def difference(
    y: ArrayLike, better: ArrayLike, other: ArrayLike, measure: Callable = auc, resamples: int = RESAMPLES
) -> tuple[float, float, float]:
    """(difference, low, high) of a measure between two scores of the same rows: a paired bootstrap, 95 %."""
    y, better, other = (np.asarray(v, dtype=float) for v in (y, better, other))
    if measure is auc:
        one, two = Ranking(y, better), Ranking(y, other)
        gaps = [one.drawn(counts).auc() - two.drawn(counts).auc() for counts in _draws(len(y), resamples)]
    else:
        rows = (np.repeat(np.arange(len(y)), counts.astype(int)) for counts in _draws(len(y), resamples))
        gaps = [measure(y[at], better[at]) - measure(y[at], other[at]) for at in rows]
    low, high = np.nanquantile(gaps, [0.025, 0.975])
    return measure(y, better) - measure(y, other), float(low), float(high)


def _draws(n: int, resamples: int) -> Iterator[Array]:
    """How often each row stands in each sample."""
    rng = np.random.default_rng(SEED)
    return (np.bincount(rng.integers(0, n, n), minlength=n).astype(float) for _ in range(resamples))
