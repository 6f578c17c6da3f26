"""Fellegi-Sunter weights by expectation maximisation over compressed patterns (Fellegi and Sunter 1969; Winkler 1988).

A pattern is one level per comparison (0: unknown). A few hundred patterns with their counts stand for millions of
pairs, so an EM step costs microseconds. u comes from random pairs and stays fixed; m is learnt in passes over pairs
that share one blocking key, for the comparisons that the key does not decide, and pooled by the matches each pass saw.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

STEPS = 200
SMOOTH = 0.5  # pairs added to each level, so that a level nobody reached has a weight


@dataclass(frozen=True)
class Patterns:
    """`levels` is patterns x comparisons; `counts` says how many pairs have each pattern."""

    levels: np.ndarray
    counts: np.ndarray


def shares(patterns: Patterns, sizes: Sequence[int], weights: np.ndarray | None = None) -> list[np.ndarray]:
    """Per comparison the share of each level 1.. among the pairs whose level is known, smoothed; `sizes` in levels."""
    weights = patterns.counts if weights is None else weights
    found = []
    for column, size in enumerate(sizes):
        sums = np.bincount(patterns.levels[:, column], weights=weights, minlength=size + 1)[1:] + SMOOTH
        found.append(sums / sums.sum())
    return found


def log_odds(levels: np.ndarray, m: Sequence[np.ndarray], u: Sequence[np.ndarray], use: Sequence[int]) -> np.ndarray:
    """Natural log of the Bayes factor of each pattern over the comparisons `use`."""
    total = np.zeros(len(levels))
    for column in use:
        total += np.concatenate(([0.0], np.log(m[column] / u[column])))[levels[:, column]]
    return total


def rising(size: int) -> np.ndarray:
    """Where EM starts, and what holds until matches have been seen: stronger levels are likelier, by their squares."""
    squares = np.arange(1, size + 1, dtype=float) ** 2
    return squares / squares.sum()


def learn_m(patterns: Patterns, u: Sequence[np.ndarray], use: Sequence[int]) -> tuple[list[np.ndarray], float]:
    """m of every comparison in one pass (only `use` counts), and the number of matches the pass holds."""
    sizes = [len(each) for each in u]
    m = [rising(size) for size in sizes]
    share = 0.5
    for _ in range(STEPS):
        odds = np.log(share / (1 - share)) + log_odds(patterns.levels, m, u, use)
        matched = patterns.counts / (1 + np.exp(-np.clip(odds, -500, 500)))
        m = shares(patterns, sizes, matched)
        share = float(np.clip(matched.sum() / patterns.counts.sum(), 1e-6, 1 - 1e-6))
    return m, share * float(patterns.counts.sum())


def pooled(
    passes: Mapping[str, Patterns], decided: Mapping[str, set[int]], u: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """m over all passes; a comparison takes no part in the passes whose key decides it."""
    sums = [rising(len(each)) for each in u]
    for name, patterns in passes.items():
        if not len(patterns.counts):
            continue
        use = [c for c in range(len(u)) if c not in decided[name]]
        m, _ = learn_m(patterns, u, use)
        odds = log_odds(patterns.levels, m, u, use)
        matched = patterns.counts / (1 + np.exp(-np.clip(odds, -500, 500)))
        for c in use:
            sums[c] += np.bincount(patterns.levels[:, c], weights=matched, minlength=len(u[c]) + 1)[1:]
    return [each / each.sum() for each in sums]


def pairs_per_record(weights: np.ndarray, counts: np.ndarray, records: int) -> float:
    """Matching pairs per record: the fixed point at which the prior expects as many matches as the posterior finds.

    `weights` are log2 Bayes factors of the candidate patterns.
    """
    found = 0.5
    for _ in range(STEPS):
        prior = np.log2(2 * found / max(records - 1, 1))
        found = float((counts / (1 + np.exp2(-np.clip(weights + prior, -500, 500)))).sum()) / max(records, 1)
        found = max(found, 1e-6)
    return found
