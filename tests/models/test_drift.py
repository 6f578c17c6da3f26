"""Drift: quiet months are quiet whatever their size, and a shift of half a standard deviation is seen (ML18)."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ml.card import page
from ml.design import LOGS, matrix
from ml.drift import drift, psi
from ml.moved import TITLE, moved


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


SHARES = ("discount_share_365d", "return_share_365d", "online_share")
PROBABLE = SimpleNamespace(predict=lambda frame: 1 / (1 + matrix(frame)[:, 0]))  # of the days since the last purchase


def asked(seed: int, day: str, n: int = 1_000) -> pd.DataFrame:
    """Features of n customers at a cutoff."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({name: rng.poisson(9, n) for name in LOGS}).assign(cutoff_on=pd.Timestamp(day))
    frame = frame.assign(**{name: rng.uniform(0, 1, n) for name in SHARES}, visit_age_days=rng.poisson(30, n))
    return frame.assign(
        mean_gap_days=rng.gamma(9, 5, n), mean_day_base=rng.gamma(4, 30, n), satisfaction_percent=rng.normal(60, 10, n)
    )


def test_equal_customers_on_another_day_have_not_moved() -> None:
    before = asked(1, "2026-03-02")
    assert moved(PROBABLE, before, before.assign(cutoff_on=pd.Timestamp("2026-06-30"))) == {
        "moved_features": 0, "tables": {TITLE: []},
    }  # fmt: skip
    assert moved(PROBABLE, before, asked(2, "2026-06-30"))["tables"] == {TITLE: []}


def test_half_a_standard_deviation_more_is_named_with_what_it_was_measured_by() -> None:
    now = asked(2, "2026-06-30")
    now["satisfaction_percent"] += 5
    found = moved(PROBABLE, asked(1, "2026-03-02"), now)
    (row,) = found["tables"][TITLE]
    assert (found["moved_features"], row["feature"], row["psi"] > row["threshold"] > 0.02) == (1, "satisfaction", True)
    facts = {"model": "m", "grade": "A", "status": "scored", "as_of": "2026-06-30", "expires_on": "", "libraries": {}}
    assert f"<td>satisfaction</td><td class=n>{row['psi']:,.4g}</td>" in page({**facts, **found})


def test_a_score_that_moved_is_named_and_few_customers_are_not_compared() -> None:
    now = asked(2, "2026-06-30").assign(recency_days=lambda frame: frame["recency_days"] + 3)
    found = moved(PROBABLE, asked(1, "2026-03-02"), now)
    assert {row["feature"] for row in found["tables"][TITLE]} == {"recency_days", "lateness", "score"}
    assert found["moved_features"] == 2
    assert moved(PROBABLE, asked(1, "2026-03-02", 49), now) == {"moved_features": None}
