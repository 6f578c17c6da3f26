"""Groups of like customers: k-means where the data has groups, a readable tree, labels that stay (S067, S068).

Groups must be stable over resamples (Hennig 2007: worst cluster's Jaccard of .75) and seeds, large enough, and clearer
than on the same columns shuffled one by one: k-means also cuts a cloud without groups, and does so stably.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from ml.gate import Abstained, too_few

Array = NDArray[np.float64]
Labels = NDArray[np.int64]

COUNTS = range(2, 9)
FEWEST_PER_GROUP = 30
WORST_JACCARD, SEED_ARI, SMALLEST = 0.75, 0.95, 0.03
RESAMPLES, SHUFFLES, STARTS, MOST_ROWS = 20, 5, 10, 2_000
MOST_LEAVES, DEPTH = 12, 3
SKEWED = 1.0


@dataclass(frozen=True)
class Clusters:
    """`labels` from 1 per row, `centres` in scaled units, `checks` per count of groups, `rules` of the tree, `profile`
    (means per group in the units of the features), `agreement` of tree and groups."""

    labels: Labels
    centres: Array
    checks: pd.DataFrame
    rules: pd.DataFrame
    profile: pd.DataFrame
    agreement: float


def scaled(features: pd.DataFrame) -> tuple[Array, list[str]]:
    """Standardised columns; those of positive skew above 1 without negatives as log(1 + x); constant ones left out."""
    names = [c for c in features if features[c].nunique(dropna=False) > 1]
    x = features[names].to_numpy(float, copy=True)
    for j in range(x.shape[1]):
        centred = x[:, j] - x[:, j].mean()
        if x[:, j].min() >= 0 and (centred**3).mean() > SKEWED * (centred**2).mean() ** 1.5:
            x[:, j] = np.log1p(x[:, j])
    spread = x.std(axis=0)
    return (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1), names


def clusters(
    features: pd.DataFrame, *, previous: Array | None = None, seed: int = 7, counts: range = COUNTS
) -> Clusters | Abstained:
    """Numeric features, one row per customer, no missing values -> groups, or why there are none.

    `previous` are the centres of the last run: groups get the numbers of those nearest to them, so that a label keeps
    its meaning. Without, group 1 is the one with the greatest first feature, and so on.
    """
    bad = [c for c in features if not np.isfinite(features[c].to_numpy(float)).all()]
    if bad:
        raise ValueError(f"the feature(s) {bad} hold missing or infinite values; fill or drop them first")
    refusal = too_few(len(features), FEWEST_PER_GROUP * counts.start, "customers", "位客户")
    if refusal:
        return refusal
    x, names = scaled(features)
    if not names:
        return Abstained("every customer has the same features", "所有客户的特征都相同")
    tried = [_checked(x, k, seed) for k in counts if len(x) >= FEWEST_PER_GROUP * k]
    table = pd.DataFrame([checks for checks, _ in tried])
    good = table[table["is_good"]]
    if good.empty:
        return Abstained(
            "no grouping is stable over resamples and clearer than in shuffled data", "没有稳定且优于随机打乱数据的分组"
        )
    best = int(good.sort_values(["silhouette", "k"], ascending=[False, True]).index[0])
    model = tried[best][1]
    order = _order(model.cluster_centers_, previous)
    labels = order[model.labels_]
    centres = np.empty_like(model.cluster_centers_)
    centres[order - 1] = model.cluster_centers_
    rules, agreement = _tree(features[names], labels, seed)
    profile = features.groupby(labels).mean().rename_axis("cluster_no")
    profile.insert(0, "customers", pd.Series(labels).value_counts().sort_index())
    return Clusters(labels, centres, table, rules, profile.reset_index(), agreement)


def _kmeans(x: Array, k: int, seed: int, starts: int = STARTS) -> Any:
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):  # sums in one order, whatever the machine
        return KMeans(k, n_init=starts, random_state=seed).fit(x)


def _silhouette(x: Array, labels: Labels, seed: int) -> float:
    from sklearn.metrics import silhouette_score

    size = min(len(x), MOST_ROWS)
    return float(silhouette_score(x, labels, sample_size=size, random_state=seed)) if len(set(labels)) > 1 else -1.0


def _checked(x: Array, k: int, seed: int) -> tuple[dict[str, Any], Any]:
    """The checks of k groups, and the model."""
    from sklearn.metrics import adjusted_rand_score

    rng = np.random.default_rng([seed, k])
    model = _kmeans(x, k, seed)
    other = _kmeans(x, k, seed + 1)
    worst, agreements = np.zeros(k), []
    for _ in range(RESAMPLES):
        drawn = _kmeans(x[rng.integers(0, len(x), len(x))], k, int(rng.integers(1 << 31)), starts=3).predict(x)
        worst += _jaccard(model.labels_, drawn, k)
        agreements.append(adjusted_rand_score(model.labels_, drawn))
    null = []
    for _ in range(SHUFFLES):
        shuffled = np.column_stack([rng.permutation(column) for column in x.T])
        null.append(_silhouette(shuffled, _kmeans(shuffled, k, seed, starts=3).labels_, seed))
    found = {
        "k": k,
        "silhouette": _silhouette(x, model.labels_, seed),
        "silhouette_shuffled": max(null),
        "worst_jaccard": float(worst.min() / RESAMPLES),
        "bootstrap_ari": float(np.mean(agreements)),
        "seed_ari": float(adjusted_rand_score(model.labels_, other.labels_)),
        "smallest_share": float(np.bincount(model.labels_, minlength=k).min() / len(x)),
    }
    found["is_good"] = bool(
        found["worst_jaccard"] >= WORST_JACCARD
        and found["seed_ari"] >= SEED_ARI
        and found["smallest_share"] >= SMALLEST
        and found["silhouette"] > found["silhouette_shuffled"] + 0.05
    )
    return found, model


def _jaccard(labels: Labels, drawn: Labels, k: int) -> Array:
    """Per group the Jaccard similarity with the group of the resample that is most like it."""
    together = np.zeros((k, k))
    np.add.at(together, (labels, drawn), 1)
    either = together.sum(axis=1)[:, None] + together.sum(axis=0)[None, :] - together
    return (together / np.maximum(either, 1)).max(axis=1)


def _order(centres: Array, previous: Array | None) -> Labels:
    """Number (from 1) of each centre."""
    k = len(centres)
    if previous is None or np.shape(previous)[1] != centres.shape[1]:
        order = np.empty(k, dtype=np.int64)
        order[np.lexsort((centres.sum(axis=1), -centres[:, 0]))] = np.arange(1, k + 1)
        return order
    distance = ((centres[:, None, :] - np.asarray(previous)[None, :, :]) ** 2).sum(axis=2)
    rows, columns = linear_sum_assignment(distance)
    order = np.zeros(k, dtype=np.int64)
    order[rows] = columns + 1
    free = [n for n in range(1, k + len(previous) + 1) if n not in order]
    order[order == 0] = free[: int((order == 0).sum())]
    return _without_gaps(order)


def _without_gaps(order: Labels) -> Labels:
    return np.argsort(np.argsort(order, kind="stable"), kind="stable") + 1


def _tree(features: pd.DataFrame, labels: Labels, seed: int) -> tuple[pd.DataFrame, float]:
    """The groups as rules on the features' own units: one row per leaf; and the share of customers they place right."""
    from sklearn.tree import DecisionTreeClassifier

    fewest = max(int(0.01 * len(labels)), 5)
    tree = DecisionTreeClassifier(
        max_depth=DEPTH, max_leaf_nodes=MOST_LEAVES, min_samples_leaf=fewest, random_state=seed
    ).fit(features, labels)
    nodes, names = tree.tree_, list(features.columns)
    rows: list[dict[str, Any]] = []

    def walk(node: int, low: dict[str, float], high: dict[str, float]) -> None:
        if nodes.children_left[node] < 0:
            values = nodes.value[node][0]
            used = sorted({*low, *high}, key=names.index)
            parts = [_between(name, low.get(name), high.get(name)) for name in used]
            rows.append({
                "leaf_no": len(rows) + 1, "cluster_no": int(tree.classes_[values.argmax()]),
                "rule_en": " and ".join(parts) or "everyone", "rule_zh": " 且 ".join(parts) or "所有客户",
                "customers": int(nodes.n_node_samples[node]), "purity": float(values.max() / values.sum()),
            })  # fmt: skip
            return
        name, cut = names[nodes.feature[node]], float(nodes.threshold[node])
        walk(nodes.children_left[node], low, high | {name: cut})
        walk(nodes.children_right[node], low | {name: cut}, high)

    walk(0, {}, {})
    return pd.DataFrame(rows), float((tree.predict(features) == labels).mean())


def _between(name: str, low: float | None, high: float | None) -> str:
    left = "" if low is None else f"{low:,.4g} < "
    right = "" if high is None else f" <= {high:,.4g}"
    return f"{left}{name}{right}"
