"""Drift: quiet months are quiet whatever their size, and a shift of half a standard deviation is seen (ML18)."""

import numpy as np
import pytest

from ml.drift import drift, psi


@pytest.mark.parametrize(("n", "m"), [(200, 200), (1_000, 200), (1_000, 1_000), (10_000, 1_000)])
def test_a_month_without_change_is_not_called_drift(n: int, m: int) -> None:
    rng = np.random.default_rng(n + m)
    alarms = [drift(rng.normal(size=n), rng.normal(size=m)).has_moved for _ in range(100)]
    assert sum(alarms) <= 1


def test_half_a_standard_deviation_is_seen_at_a_thousand_rows() -> None:
    rng = np.random.default_rng(1)
    seen = [drift(rng.normal(size=1_000), rng.normal(0.5, 1, size=1_000)).has_moved for _ in range(100)]
    assert sum(seen) >= 95


def test_two_bins_of_four_rows_give_what_a_person_works_out() -> None:
    found, used = psi([0, 0, 1, 1], [0, 1, 1, 1], bins=2)
    assert used == 2
    assert found == pytest.approx((0.25 - 0.5) * np.log(0.25 / 0.5) + (0.75 - 0.5) * np.log(0.75 / 0.5))


def test_gaps_are_left_out_constants_do_not_move_and_few_rows_give_no_answer() -> None:
    assert drift(np.ones(100), np.ones(100)).has_moved is False
    assert drift(np.ones(100), np.full(100, 2.0)).has_moved is True
    assert drift(np.ones(49), np.ones(100)) is None
    assert drift(np.r_[np.ones(60), np.full(50, np.nan)], np.ones(60)).psi == 0
