"""EM finds the weights that made the data, without labels."""

import numpy as np

from orchestration.identity.em import Patterns, learn_m, pairs_per_record

M = [np.array([0.1, 0.9]), np.array([0.05, 0.15, 0.8]), np.array([0.2, 0.8])]
U = [np.array([0.98, 0.02]), np.array([0.9, 0.08, 0.02]), np.array([0.95, 0.05])]


def drawn(matches: int, others: int) -> Patterns:
    """Expected counts of every pattern, some with an unknown value."""
    rows = [(a, b, c) for a in range(3) for b in range(4) for c in range(3)]
    known = 0.7

    def chance(row: tuple[int, ...], shares: list[np.ndarray]) -> float:
        return float(np.prod([1 - known if v == 0 else known * shares[i][v - 1] for i, v in enumerate(row)]))

    counts = [matches * chance(row, M) + others * chance(row, U) for row in rows]
    return Patterns(np.array(rows), np.array(counts))


def test_m_and_the_number_of_matches_are_recovered_from_a_mixture() -> None:
    m, matches = learn_m(drawn(3_000, 20_000), U, [0, 1, 2])
    assert abs(matches - 3_000) < 150
    for learnt, true in zip(m, M, strict=True):
        assert np.abs(learnt - true).max() < 0.02


def test_the_prior_expects_as_many_matches_as_the_scores_find() -> None:
    weights, counts = np.array([20.0, -10.0]), np.array([500.0, 100_000.0])
    assert abs(pairs_per_record(weights, counts, 1_000) - 0.5) < 0.02
