"""Buying models on drawn cohorts and on histories that cannot be: what holds without any reference data."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import betaln

from ml.btyd import NBD, BetaGeoBetaBinomial, BetaGeoNBD, Cells, GammaGamma, ModifiedBetaGeoNBD, ParetoNBD, summarise
from ml.btyd.cohort import draw

TRUE = {
    BetaGeoNBD: [0.6, 6.0, 0.8, 2.5],
    ModifiedBetaGeoNBD: [0.6, 6.0, 0.8, 2.5],
    ParetoNBD: [0.6, 10.0, 0.6, 12.0],
}
KINDS = list(TRUE)


@pytest.mark.parametrize("kind", KINDS)
def test_known_parameters_are_found_again(kind):
    rng = np.random.default_rng(1)
    true = kind().with_parameters(TRUE[kind])
    age = rng.uniform(20, 104, 10_000)
    x, tx, alive = draw(true, age, rng)
    found = kind().fit(x, tx, age)
    logs = np.log([getattr(found, p) for p in found.names])
    assert (np.abs(logs - np.log(TRUE[kind])) < 3 * np.sqrt(np.diag(found.covariance_))).all()
    assert np.exp(logs) == pytest.approx(TRUE[kind], rel=0.3 if kind is ParetoNBD else 0.15)
    assert found.probability_alive(x, tx, age).sum() == pytest.approx(alive.sum(), rel=0.05)


@pytest.mark.parametrize("kind", KINDS)
def test_the_gradient_is_that_of_the_likelihood(kind):
    rng = np.random.default_rng(2)
    age = rng.integers(10, 60, 300) / 7
    x, tx, _ = draw(kind().with_parameters(TRUE[kind]), age, rng)
    objective = kind()._objective(Cells.of(x, tx, age))
    z = np.log(TRUE[kind]) + 0.1
    steps = np.eye(4) * 1e-5
    numeric = [(objective(z + s)[0] - objective(z - s)[0]) / 2e-5 for s in steps]
    assert objective(z)[1] == pytest.approx(numeric, rel=1e-5, abs=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_draws_agree_with_the_expected_purchases(kind):
    model = kind().with_parameters(TRUE[kind])
    x, tx, age = np.array([0.0, 1, 5, 20]), np.array([0.0, 3, 30, 50]), np.array([10.0, 40, 35, 52])
    drawn = model.simulate(26, x, tx, age, np.random.default_rng(3), draws=40_000)
    assert drawn.mean(axis=0) == pytest.approx(model.expected_purchases(26, x, tx, age), rel=0.03)


@pytest.mark.parametrize("kind", KINDS)
def test_more_time_never_means_fewer_purchases_nor_silence_more_life(kind):
    model = kind().with_parameters(TRUE[kind])
    assert (np.diff(model.expected_purchases_new(np.arange(1, 200))) > 0).all()
    silent = model.probability_alive(np.full(30, 4), np.full(30, 20), np.arange(20, 50))
    assert (np.diff(silent) < 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_the_heaviest_buyers_get_finite_expectations(kind):
    model = kind().with_parameters(TRUE[kind])
    columns = [2000, 300, 0], [100, 10, 0], [100, 400, 0]
    found = model.expected_purchases(52, *columns)
    drawn = model.simulate(52, *columns, np.random.default_rng(3), draws=4_000)
    assert found[0] == pytest.approx(drawn[:, 0].mean(), rel=0.02)
    assert 0 <= found[1] < 1e-6


@pytest.mark.parametrize("a", [0.999999999, 1.0, 1.000000001])
def test_a_dropout_shape_of_one_is_no_hole(a):
    near = BetaGeoNBD().with_parameters([0.6, 6.0, a, 2.5]).expected_purchases(52, 3, 30, 40)
    beside = BetaGeoNBD().with_parameters([0.6, 6.0, 1.001, 2.5]).expected_purchases(52, 3, 30, 40)
    assert float(near) == pytest.approx(float(beside), rel=1e-3)


@pytest.mark.parametrize("kind", [BetaGeoNBD, ParetoNBD])
def test_the_fit_does_not_depend_on_the_unit_or_the_order(kind):
    rng = np.random.default_rng(4)
    age = rng.integers(100, 400, 2_000).astype(float)
    x, tx, _ = draw(kind().with_parameters([0.6, 42.0, 0.8, 20.0 if kind is ParetoNBD else 2.5]), age, rng)
    tx = np.floor(tx)
    days, weeks = kind().fit(x, tx, age), kind().fit(x[::-1], tx[::-1] / 7, age[::-1] / 7)
    assert weeks.expected_purchases(4, 2, 10, 20) == pytest.approx(days.expected_purchases(28, 2, 70, 140), rel=1e-4)


def test_a_thinned_first_look_ends_at_the_same_maximum(monkeypatch):
    rng = np.random.default_rng(5)
    age = rng.uniform(20, 104, 6_000)
    x, tx, _ = draw(BetaGeoNBD().with_parameters(TRUE[BetaGeoNBD]), age, rng)
    whole = BetaGeoNBD().fit(x, tx, age)
    monkeypatch.setattr(BetaGeoNBD, "_few", 500)
    thinned = BetaGeoNBD().fit(x, tx, age)
    assert thinned.log_likelihood_ == pytest.approx(whole.log_likelihood_, abs=1e-4)
    assert [getattr(thinned, p) for p in whole.names] == pytest.approx(
        [getattr(whole, p) for p in whole.names], rel=1e-3
    )


def test_equal_histories_are_counted():
    cells = Cells.of([0, 0, 0, 2, 2], [0, 0, 0, 5, 5], [9, 9, 8, 9, 9])
    found = sorted(zip(cells.x, cells.times[cells.tx], cells.times[cells.T], cells.n, strict=True))
    assert found == [(0, 0, 8, 1), (0, 0, 9, 2), (2, 5, 9, 2)]


def test_nbd_is_the_rate_of_a_gamma_posterior():
    model = NBD().fit([0, 1, 2, 5, 0, 1, 9], [10, 12, 9, 11, 8, 10, 10])
    assert model.expected_purchases(5, 2, 0, 9) == pytest.approx((model.r_ + 2) / (model.alpha_ + 9) * 5)


def test_bgbb_equals_the_sum_over_all_futures():
    model = BetaGeoBetaBinomial()
    model.alpha_, model.beta_, model.gamma_, model.delta_ = 1.2, 0.75, 0.66, 2.8
    # x = 2 of n = 3 rounds, the last bought: alive at 3, so P(alive at 4) and the next round come from beta integrals.
    alive = np.exp(betaln(0.66, 2.8 + 4) - betaln(0.66, 2.8 + 3))
    buys = (1.2 + 2) / (1.2 + 0.75 + 3)
    assert float(model.probability_alive(2, 3, 3)) == pytest.approx(alive)
    assert float(model.expected_purchases(1, 2, 3, 3)) == pytest.approx(alive * buys)


def test_spend_parameters_are_found_again_and_draws_agree():
    rng = np.random.default_rng(6)
    x = rng.integers(1, 12, 20_000)
    scale = rng.gamma(4.0, size=20_000) / 15.0
    m = rng.gamma(6.0 * x) / scale / x
    model = GammaGamma().fit(x, m)
    assert [model.p_, model.q_, model.gamma_] == pytest.approx([6, 4, 15], rel=0.1)
    drawn = model.simulate(np.full((40_000, 2), 3.0), [4, 0], [50.0, np.nan], rng)
    assert drawn.mean(axis=0) == pytest.approx(3 * model.expected_value([4, 0], [50.0, np.nan]), rel=0.03)


def test_a_customer_refunded_to_nothing_gets_the_mean_of_all():
    model = GammaGamma().with_parameters([6.0, 4.0, 15.0])
    assert model.expected_value([0, 2, 2], [np.nan, 0.0, -5.0]).tolist() == [30.0, 30.0, 30.0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "rows", [([], [], []), ([1], [5], [4]), ([1], [-1], [4]), ([1], [float("nan")], [4]), ([0.5], [1], [4])]
)
def test_impossible_histories_are_refused_with_a_reason(kind, rows):
    with pytest.raises(ValueError, match="recency <= T"):
        kind().fit(*rows)


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="paid"):
        summarise(
            pd.DataFrame({"c": [], "d": []}), customer="c", date="d", amount="paid", end=pd.Timestamp("2026-01-01")
        )


def test_a_day_refunded_to_nothing_is_no_purchase():
    rows = [("a", 1, 10), ("a", 1, -10), ("a", 3, 20), ("a", 5, 40), ("a", 5, -10), ("b", 2, 5), ("b", 2, -5)]
    log = pd.DataFrame(rows, columns=["c", "d", "paid"]).assign(
        d=lambda f: pd.Timestamp("2026-01-01") + pd.to_timedelta(f.d, "D")
    )
    end = pd.Timestamp("2026-01-11")
    found = summarise(log, customer="c", date="d", amount="paid", end=end, unit_days=1, paid_only=True)
    assert found.reset_index().to_numpy().tolist() == [["a", 1, 2.0, 7.0, 30.0]]
