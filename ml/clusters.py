"""Groups of like customers: k-means where the data has groups, a readable tree, labels that stay (S067, S068).

Groups must be stable over resamples (Hennig 2007: worst cluster's Jaccard of .75) and seeds, large enough, and clearer
than on the same columns shuffled one by one: k-means also cuts a cloud without groups, and does so stably.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from ml.gate import Abstained, too_few
from ml.rules import rules

Array = NDArray[np.float64]
Labels = NDArray[np.int64]

COUNTS = range(2, 9)
FEWEST_PER_GROUP = 30
WORST_JACCARD, SEED_ARI, SMALLEST = 0.75, 0.95, 0.03
CLEARER = 0.05  # in silhouette than the shuffled columns
RESAMPLES, SHUFFLES, STARTS, MOST_ROWS = 20, 5, 10, 2_000
CHECKED = 3_000  # of more rows a drawn sample decides on the groups, and all rows then move their centres
SKEWED = 1.0


@dataclass(frozen=True)
class Clusters:
    """`labels` from 1 per row, `centres` per group in the units of the features, `checks` per count of groups, `rules`
    of the tree, `leaves` per row, `profile` (means per group), `agreement` of tree and groups.

    Resamples are drawn from the clearest count down to the first that passes (`is_good`), so what they say may be
    missing in `checks`.
    """

    labels: Labels
    centres: pd.DataFrame
    checks: pd.DataFrame
    rules: pd.DataFrame
    leaves: Labels
    profile: pd.DataFrame
    agreement: float


@dataclass(frozen=True)
class Scale:
    """Standardised columns; constant ones left out.

    Those of positive skew above 1 without negatives as log(1 + x / unit), where the unit is their median above 0:
    without it, pounds and pence would give other groups.
    """

    names: list[str]
    is_log: NDArray[np.bool_]
    unit: Array
    mean: Array
    spread: Array

    @classmethod
    def of(cls, features: pd.DataFrame) -> Self:
        names = [c for c in features if features[c].nunique(dropna=False) > 1]
        x = features[names].to_numpy(float)
        centred = x - x.mean(axis=0)
        skewed = (centred**3).mean(axis=0) > SKEWED * (centred**2).mean(axis=0) ** 1.5
        is_log = skewed & (x.min(axis=0, initial=np.inf) >= 0)
        unit = np.array(
            [np.median(column[column > 0]) if log else 1.0 for column, log in zip(x.T, is_log, strict=True)]
        )
        x = np.where(is_log, np.log1p(np.where(is_log, x / unit, 0)), x)
        spread = x.std(axis=0)
        return cls(names, is_log, unit, x.mean(axis=0), np.where(spread > 0, spread, 1))

    def apply(self, features: pd.DataFrame) -> Array:
        x = features[self.names].to_numpy(float)
        x = np.where(self.is_log, np.log1p(np.where(self.is_log, x / self.unit, 0).clip(min=0)), x)
        return (x - self.mean) / self.spread

    def undo(self, x: Array) -> pd.DataFrame:
        x = x * self.spread + self.mean
        x = np.where(self.is_log, self.unit * np.expm1(np.where(self.is_log, x, 0)), x)
        return pd.DataFrame(x, columns=self.names)


def clusters(
    features: pd.DataFrame,
    *,
    previous: pd.DataFrame | None = None,
    names: Mapping[str, tuple[str, str]] | None = None,
    seed: int = 7,
    counts: range = COUNTS,
) -> Clusters | Abstained:
    """Numeric features, one row per customer, no missing values -> groups, or why there are none.

    `previous` are the centres of the last run: groups get the numbers of those nearest to them, so that a label keeps
    its meaning. Without, or with centres of other features, group 1 is the one with the greatest first feature, and so
    on. `names` are words of features for the rules, English and Chinese.
    """
    import sklearn.cluster  # noqa: F401 - a library of threads that is loaded later would not be limited
    from threadpoolctl import threadpool_limits

    bad = [c for c in features if not np.isfinite(features[c].to_numpy(float)).all()]
    if bad:
        raise ValueError(f"the feature(s) {bad} hold missing or infinite values; fill or drop them first")
    refusal = too_few(len(features), FEWEST_PER_GROUP * counts.start, "customers", "位客户")
    if refusal:
        return refusal
    scale = Scale.of(features)
    if not scale.names:
        return Abstained("every customer has the same features", "所有客户的特征都相同")
    x = scale.apply(features)
    with threadpool_limits(limits=1):  # sums in one order, whatever the machine
        table, found = _best(_sample(x, seed), counts, seed)
        if found is None:
            return Abstained(
                "no grouping is stable over resamples and clearer than in shuffled data",
                "没有稳定且优于随机打乱数据的分组",
            )
        if len(x) > CHECKED:
            found = _kmeans(x, len(found.cluster_centers_), seed, starts=1, init=found.cluster_centers_)
    same = previous is not None and list(previous.columns) == scale.names
    order = _order(found.cluster_centers_, scale.apply(previous) if same else None)
    labels, centres = order[found.labels_], found.cluster_centers_[np.argsort(order)]
    tree = rules(features[scale.names], labels, names, seed)
    profile = features.groupby(labels).mean().rename_axis("cluster_no")
    profile.insert(0, "customers", pd.Series(labels).value_counts().sort_index())
    return Clusters(labels, scale.undo(centres), table, tree.table, tree.leaves, profile.reset_index(), tree.agreement)


def _sample(x: Array, seed: int) -> Array:
    if len(x) <= CHECKED:
        return x
    return x[np.sort(np.random.default_rng(seed).choice(len(x), CHECKED, replace=False))]


def _best(x: Array, counts: range, seed: int) -> tuple[pd.DataFrame, Any]:
    """Checks per count of groups, and the clearest model that passes them all, if any does."""
    tried = [_clear(x, k, seed) for k in counts if len(x) >= FEWEST_PER_GROUP * k]
    for at in sorted(range(len(tried)), key=lambda i: (-tried[i][0]["silhouette"], tried[i][0]["k"])):
        checks, model = tried[at]
        if not checks["is_clear"]:
            continue
        checks |= _stable(x, model, seed)
        checks["is_good"] = checks["worst_jaccard"] >= WORST_JACCARD
        if checks["is_good"]:
            return pd.DataFrame([c for c, _ in tried]), model
    return pd.DataFrame([c for c, _ in tried]), None


def _kmeans(x: Array, k: int, seed: int, starts: int = STARTS, init: Any = "k-means++") -> Any:
    from sklearn.cluster import KMeans

    return KMeans(k, n_init=starts, init=init, random_state=seed).fit(x)


def _silhouette(x: Array, labels: Labels, seed: int) -> float:
    from sklearn.metrics import silhouette_score

    size = min(len(x), MOST_ROWS)
    return float(silhouette_score(x, labels, sample_size=size, random_state=seed)) if len(set(labels)) > 1 else -1.0


def _clear(x: Array, k: int, seed: int) -> tuple[dict[str, Any], Any]:
    """Whether k groups are clearer than in shuffled columns, large enough and the same from other starts; the model."""
    from sklearn.metrics import adjusted_rand_score

    rng = np.random.default_rng([seed, k, 1])
    model, other = _kmeans(x, k, seed), _kmeans(x, k, seed + 1)
    null = []
    for _ in range(SHUFFLES):
        shuffled = np.column_stack([rng.permutation(column) for column in x.T])
        null.append(_silhouette(shuffled, _kmeans(shuffled, k, seed, starts=3).labels_, seed))
    found = {
        "k": k,
        "silhouette": _silhouette(x, model.labels_, seed),
        "silhouette_shuffled": max(null),
        "worst_jaccard": np.nan,
        "bootstrap_ari": np.nan,
        "seed_ari": float(adjusted_rand_score(model.labels_, other.labels_)),
        "smallest_share": float(np.bincount(model.labels_, minlength=k).min() / len(x)),
    }
    found["is_clear"] = bool(
        found["seed_ari"] >= SEED_ARI
        and found["smallest_share"] >= SMALLEST
        and found["silhouette"] > found["silhouette_shuffled"] + CLEARER
    )
    return found | {"is_good": False}, model


def _stable(x: Array, model: Any, seed: int) -> dict[str, float]:
    """How alike the groups of resamples are to those of the model."""
    from sklearn.metrics import adjusted_rand_score

    k = len(model.cluster_centers_)
    rng = np.random.default_rng([seed, k])
    worst, agreements = np.zeros(k), []
    for _ in range(RESAMPLES):
        drawn = _kmeans(x[rng.integers(0, len(x), len(x))], k, int(rng.integers(1 << 31)), starts=3).predict(x)
        worst += _jaccard(model.labels_, drawn, k)
        agreements.append(adjusted_rand_score(model.labels_, drawn))
    return {"worst_jaccard": float(worst.min() / RESAMPLES), "bootstrap_ari": float(np.mean(agreements))}


def _jaccard(labels: Labels, drawn: Labels, k: int) -> Array:
    """Per group the Jaccard similarity with the group of the resample that is most like it."""
    together = np.zeros((k, k))
    np.add.at(together, (labels, drawn), 1)
    either = together.sum(axis=1)[:, None] + together.sum(axis=0)[None, :] - together
    return (together / np.maximum(either, 1)).max(axis=1)


def _order(centres: Array, previous: Array | None) -> Labels:
    """Number (from 1) of each centre."""
    k = len(centres)
    if previous is None:
        order = np.empty(k, dtype=np.int64)
        order[np.lexsort((centres.sum(axis=1), -centres[:, 0]))] = np.arange(1, k + 1)
        return order
    distance = ((centres[:, None, :] - previous[None, :, :]) ** 2).sum(axis=2)
    rows, columns = linear_sum_assignment(distance)
    order = np.zeros(k, dtype=np.int64)
    order[rows] = columns + 1
    free = [n for n in range(1, k + len(previous) + 1) if n not in order]
    order[order == 0] = free[: int((order == 0).sum())]
    return _without_gaps(order)


def _without_gaps(order: Labels) -> Labels:
    return np.argsort(np.argsort(order, kind="stable"), kind="stable") + 1
