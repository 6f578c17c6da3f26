"""The next purchase: gaps found again, dates after today, chances that come true, better than naive dates."""

import numpy as np
import pandas as pd
import pytest

from ml.gate import Abstained
from ml.next_purchase import Gaps, backtest, next_purchase, remaining, within

AS_OF = pd.Timestamp("2026-01-01")


def log(customers: int = 600, between: float = 0.5, spread: float = 0.4, seed: int = 1) -> pd.DataFrame:
    """Log-normal gaps around a mean of each customer's own (30 days for the middle one), nobody leaves."""
    rng = np.random.default_rng(seed)
    rows = []
    for c in range(customers):
        own, day = np.log(30) + rng.normal(0, between), AS_OF - pd.Timedelta(days=int(rng.integers(200, 400)))
        while day < AS_OF + pd.Timedelta(days=200):
            rows.append((c, day))
            day += pd.Timedelta(days=max(1, round(float(np.exp(own + rng.normal(0, spread))))))
    return pd.DataFrame(rows, columns=["customer_id", "order_date"])


@pytest.fixture(scope="module")
def purchases():
    return log()


def test_means_and_variances_of_gaps_are_found_again():
    rng = np.random.default_rng(2)
    owner = np.repeat(np.arange(2_000), 6)
    found = Gaps.of(3.4 + rng.normal(0, 0.5, 2_000)[owner] + rng.normal(0, 0.4, 12_000), owner)
    assert [found.mean, found.between, found.within] == pytest.approx([3.4, 0.25, 0.16], rel=0.1)


def test_one_customer_by_hand():
    # between = within = 1: after one gap of log 4, the mean lies half way between 2 and 4; variance 1 + 1/2.
    mean, sd = Gaps(2.0, 1.0, 1.0).predictive(np.array([0.0, 1.0]), np.array([0.0, 4.0]))
    assert mean.tolist() == [2.0, 3.0]
    assert sd.tolist() == pytest.approx([2**0.5, 1.5**0.5])


def test_chance_and_date_are_two_sides_of_one_curve():
    mean, sd, silence = np.array([3.4, 3.4]), np.array([0.4, 0.4]), np.array([5.0, 60.0])
    ahead = remaining(0.5, mean, sd, silence)
    assert [float(within(days, mean[i : i + 1], sd[:1], silence[i : i + 1])[0]) for i, days in enumerate(ahead)] == (
        pytest.approx([0.5, 0.5], abs=1e-6)
    )


def test_dates_lie_ahead_in_order_and_the_silent_are_overdue(purchases):
    found = next_purchase(purchases, as_of=AS_OF)
    assert (found["next_date_low"] > AS_OF).all()
    assert (found["next_date_low"] <= found["next_date"]).all()
    assert (found["next_date"] <= found["next_date_high"]).all()
    # A customer whose purchases of the last 150 days are gone is overdue.
    first = found.loc[found["usual_gap_days"].idxmin(), "customer_id"]
    is_hers = purchases["customer_id"] == first
    silent = purchases[~is_hers | (purchases["order_date"] < AS_OF - pd.Timedelta(days=150))]
    again = next_purchase(silent, as_of=AS_OF).set_index("customer_id")
    assert again.loc[first, "is_overdue"]
    assert found["is_overdue"].mean() < 0.2


def test_the_chances_come_true_and_the_dates_beat_naive_ones(purchases):
    found = backtest(purchases, cut=AS_OF, days=30)
    assert found["predicted_share"] == pytest.approx(found["bought_share"], abs=0.04)
    assert found["brier"] < 0.9 * found["brier_constant"]
    assert found["error_days"] < found["error_days_own_mean"]
    assert found["error_days"] < found["error_days_all"]


def test_later_purchases_and_the_order_of_rows_change_nothing(purchases):
    before = purchases[purchases["order_date"] <= AS_OF].sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(next_purchase(before, as_of=AS_OF), next_purchase(purchases, as_of=AS_OF))


def test_categories_are_keys_and_p_alive_scales_the_chance(purchases):
    frame = purchases.assign(category=np.where(purchases["customer_id"] % 2 == 0, "tea", "cups"))
    keys = ["customer_id", "category"]
    plain = next_purchase(frame, as_of=AS_OF, keys=keys)
    half = next_purchase(frame, as_of=AS_OF, keys=keys, alive=pd.Series(0.5, index=range(600)))
    assert half["p_within"].to_numpy() == pytest.approx(plain["p_within"].to_numpy() / 2)


def test_customers_all_alike_get_the_gap_of_all_and_few_gaps_none():
    days = [AS_OF - pd.Timedelta(days=30 * k) for k in range(6)]
    alike = pd.DataFrame([(c, d) for c in range(50) for d in days], columns=["customer_id", "order_date"])
    found = next_purchase(alike, as_of=AS_OF)
    assert found["usual_gap_days"].to_numpy() == pytest.approx(30, rel=0.01)
    few = next_purchase(alike.head(12), as_of=AS_OF)
    assert isinstance(few, Abstained)
    assert "gaps between two purchases" in few.reason_en
