"""Groups as rules: a small decision tree in the units of the features, said in English and Chinese (S068)."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Labels = NDArray[np.int64]
MOST_LEAVES, DEPTH = 12, 3
FEWEST_SHARE, FEWEST = 0.01, 5  # of a leaf


@dataclass(frozen=True)
class Rules:
    """`table`: per leaf its number, group, rule, customers and the share of them in that group; `leaves`: the leaf of
    each row; `agreement`: share of rows that the rules place in their group."""

    table: pd.DataFrame
    leaves: Labels
    agreement: float


def rules(
    features: pd.DataFrame, labels: Labels, names: Mapping[str, tuple[str, str]] | None = None, seed: int = 7
) -> Rules:
    """Rules that place rows in their groups; `names` are the words of features, English and Chinese."""
    from sklearn.tree import DecisionTreeClassifier

    fewest = max(int(FEWEST_SHARE * len(labels)), FEWEST)
    tree = DecisionTreeClassifier(
        max_depth=DEPTH, max_leaf_nodes=MOST_LEAVES, min_samples_leaf=fewest, random_state=seed
    ).fit(features, labels)
    nodes, columns = tree.tree_, list(features.columns)
    whole = {c: bool((features[c] % 1 == 0).all()) for c in columns}
    rows: dict[int, dict[str, Any]] = {}

    def walk(node: int, low: dict[str, float], high: dict[str, float]) -> None:
        if nodes.children_left[node] < 0:
            values = nodes.value[node][0]
            used = sorted({*low, *high}, key=columns.index)
            said = [_words((names or {}).get(c, (c, c)), low.get(c), high.get(c), whole[c]) for c in used]
            rows[node] = {
                "leaf_no": len(rows) + 1, "cluster_no": int(tree.classes_[values.argmax()]),
                "rule_en": " and ".join(en for en, _ in said) or "everyone",
                "rule_zh": "，且".join(zh for _, zh in said) or "所有客户",
                "customers": int(nodes.n_node_samples[node]), "purity": float(values.max() / values.sum()),
            }  # fmt: skip
            return
        name, cut = columns[nodes.feature[node]], float(nodes.threshold[node])
        walk(nodes.children_left[node], low, high | {name: cut})
        walk(nodes.children_right[node], low | {name: cut}, high)

    walk(0, {}, {})
    leaves = pd.Series({node: row["leaf_no"] for node, row in rows.items()}).loc[tree.apply(features)].to_numpy()
    return Rules(pd.DataFrame(list(rows.values())), leaves, float((tree.predict(features) == labels).mean()))


def _words(name: tuple[str, str], low: float | None, high: float | None, whole: bool) -> tuple[str, str]:
    """What low < value <= high means, in English and Chinese; of whole numbers with the first and last that hold."""
    en, zh = name
    if whole:
        first = None if low is None else floor(low) + 1
        last = None if high is None else floor(high)
        if first is None or last is None:
            return (f"{en} at least {first:,}", f"{zh}不少于{first:,}") if last is None else (
                f"{en} at most {last:,}", f"{zh}不超过{last:,}")  # fmt: skip
        if first == last:
            return f"{en} {first:,}", f"{zh}为{first:,}"
        return f"{en} {first:,} to {last:,}", f"{zh}{first:,}至{last:,}"
    if low is None or high is None:
        return (f"{en} over {low:,.4g}", f"{zh}高于{low:,.4g}") if high is None else (
            f"{en} at most {high:,.4g}", f"{zh}不超过{high:,.4g}")  # fmt: skip
    return f"{en} over {low:,.4g}, at most {high:,.4g}", f"{zh}高于{low:,.4g}且不超过{high:,.4g}"
