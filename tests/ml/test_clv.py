"""Twelve-month value of a drawn company: right in sum, intervals that hold, refunds, margins, and silence."""

import numpy as np
import pandas as pd
import pytest

from ml.btyd import ModifiedBetaGeoNBD
from ml.btyd.cohort import draw
from ml.clv import lifetime_value
from ml.gate import Abstained

AS_OF = pd.Timestamp("2026-01-01")


def company(n: int = 1_500, seed: int = 8) -> tuple[pd.DataFrame, pd.Series]:
    """Purchases before AS_OF, and what each customer spent in the year after it."""
    rng = np.random.default_rng(seed)
    first = AS_OF - pd.to_timedelta(rng.integers(30, 700, n), "D")
    rate, dropout = rng.gamma(0.8, size=n) / 8, rng.beta(0.8, 2.5, n)
    scale = rng.gamma(4.0, size=n) / 15
    rows = []
    for i in range(n):
        day = first[i]
        while day <= AS_OF + pd.Timedelta(days=365):
            rows.append((i, day.normalize(), round(rng.gamma(6.0) / scale[i], 2)))
            if rng.random() < dropout[i]:
                break
            day += pd.Timedelta(days=float(rng.exponential() / rate[i] * 7))
    log = pd.DataFrame(rows, columns=["customer_id", "order_date", "revenue"])
    log["margin"] = log["revenue"] * 0.3
    later = log[log["order_date"] > AS_OF].groupby("customer_id")["revenue"].sum().reindex(range(n), fill_value=0.0)
    return log, later


@pytest.fixture(scope="module")
def log_and_later():
    return company()


@pytest.fixture(scope="module")
def result(log_and_later):
    return lifetime_value(log_and_later[0], as_of=AS_OF)


def test_the_year_is_forecast_within_its_interval(result, log_and_later):
    actual = log_and_later[1].to_numpy()
    assert result.customers["clv_revenue"].sum() == pytest.approx(actual.sum(), rel=0.15)
    assert result.total["clv_revenue_low"] < result.total["clv_revenue"] < result.total["clv_revenue_high"]
    frame = result.customers
    inside = (actual >= frame["clv_revenue_low"] - 1e-9) & (actual <= frame["clv_revenue_high"] + 1e-9)
    # Many customers buy nothing, which every low end holds, so that more than 80 % lie inside.
    assert 0.78 <= inside.mean() <= 0.95
    assert (actual > frame["clv_revenue_high"]).mean() == pytest.approx(0.1, abs=0.03)


def test_margin_is_the_margin_rate_of_the_revenue(result):
    frame = result.customers
    assert frame["clv_margin"].to_numpy() == pytest.approx(0.3 * frame["clv_revenue"].to_numpy(), rel=1e-3)


def test_the_order_of_rows_and_what_comes_later_change_nothing(result, log_and_later):
    log = log_and_later[0]
    shuffled = log[log["order_date"] <= AS_OF].sample(frac=1, random_state=1)
    again = lifetime_value(shuffled, as_of=AS_OF)
    pd.testing.assert_frame_equal(again.customers, result.customers, check_exact=False, rtol=1e-9)


def test_discount_takes_off_less_than_the_rate_of_a_year(result, log_and_later):
    discounted = lifetime_value(log_and_later[0], as_of=AS_OF, annual_discount=0.1, draws=20)
    ratio = discounted.customers["clv_revenue"] / result.customers["clv_revenue"]
    assert (ratio > 1 / 1.1).all()
    assert (ratio < 1).all()


def test_a_customer_refunded_in_full_is_named_and_has_no_value(log_and_later):
    log = log_and_later[0]
    one = log[log["customer_id"] == 0]
    back = one.assign(revenue=-one["revenue"], margin=-one["margin"])
    found = lifetime_value(pd.concat([log, back]), as_of=AS_OF, draws=10).customers.set_index("customer_id")
    assert found.loc[0, "status"] == "no paid purchase"
    assert np.isnan(found.loc[0, "clv_revenue"])
    assert (found["status"] == "ok").sum() == len(found) - 1


def test_own_margins_are_drawn_towards_that_of_all(log_and_later):
    rng = np.random.default_rng(9)
    log = log_and_later[0].copy()
    own = pd.Series(rng.choice([-0.1, 0.5], log["customer_id"].nunique()))
    log["margin"] = log["revenue"] * (log["customer_id"].map(own) + rng.normal(0, 0.2, len(log)))
    frame = lifetime_value(log, as_of=AS_OF, draws=10).customers.set_index("customer_id")
    before = log[log["order_date"] <= AS_OF].groupby("customer_id")[["margin", "revenue"]].sum()
    raw, true = before["margin"] / before["revenue"], own.reindex(frame.index)
    assert ((frame["margin_rate"] - true) ** 2).mean() < 0.9 * ((raw - true) ** 2).mean()
    negative = frame[frame["margin_rate"] < 0]
    assert len(negative) > 100
    assert (negative["clv_margin_low"] <= negative["clv_margin_high"]).all()


def test_without_costs_the_margin_is_missing_not_zero(log_and_later):
    found = lifetime_value(log_and_later[0], as_of=AS_OF, margin=None, draws=10)
    assert found.customers["clv_margin"].isna().all()
    assert np.isnan(found.total["clv_margin"])


def test_little_or_odd_data_is_answered_with_silence(log_and_later):
    log = log_and_later[0]
    few = lifetime_value(log[log["customer_id"] < 20], as_of=AS_OF)
    once = lifetime_value(log.drop_duplicates("customer_id"), as_of=AS_OF)
    tied = lifetime_value(
        log.assign(revenue=5.0 * log.groupby("customer_id")["revenue"].transform("size")), as_of=AS_OF
    )
    assert [type(found) for found in (few, once, tied)] == [Abstained] * 3
    assert "at least 100" in few.reason_en
    assert "bought again" in once.reason_en
    assert "correlation" in tied.reason_en
    assert all(found.reason_zh for found in (few, once, tied))


def test_the_drawn_cohort_has_the_alive_share_of_the_model():
    model = ModifiedBetaGeoNBD().with_parameters([0.8, 8.0, 0.8, 2.5])
    x, tx, alive = draw(model, np.full(20_000, 52.0), np.random.default_rng(1))
    assert model.probability_alive(x, tx, np.full(20_000, 52.0)).mean() == pytest.approx(alive.mean(), abs=0.01)
