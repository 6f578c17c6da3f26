"""CDNOW 1/10 sample, 39 + 39 weeks: parameters and expectations of Fader, Hardie & Lee (2005) (ML1)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml.btyd import BetaGeoNBD, GammaGamma, summarise

END = pd.Timestamp("1997-09-30")


@pytest.fixture(scope="module")
def purchases(reference_data: Path) -> pd.DataFrame:
    columns = ["master_id", "customer", "date", "cds", "amount"]
    log = pd.read_csv(reference_data / "cdnow" / "CDNOW_sample.txt", sep=r"\s+", names=columns, dtype={"date": str})
    log["date"] = pd.to_datetime(log["date"], format="%Y%m%d")
    return log


@pytest.fixture(scope="module")
def history(purchases: pd.DataFrame) -> pd.DataFrame:
    return summarise(purchases, customer="customer", date="date", amount="amount", end=END)


@pytest.fixture(scope="module")
def bgnbd(history: pd.DataFrame) -> BetaGeoNBD:
    return BetaGeoNBD().fit(history["frequency"], history["recency"], history["T"])


def test_the_sample_has_the_published_cohort(history):
    assert (len(history), int((history["frequency"] > 0).sum()), int(history["frequency"].sum())) == (2357, 946, 2457)


def test_bgnbd_parameters_and_likelihood_are_the_published_ones(bgnbd):
    assert [bgnbd.r_, bgnbd.alpha_, bgnbd.a_, bgnbd.b_] == pytest.approx([0.243, 4.414, 0.793, 2.426], abs=5e-3)
    assert bgnbd.log_likelihood_ == pytest.approx(-9582.4, abs=0.1)


def test_expected_purchases_of_the_worked_customer(bgnbd):
    assert float(bgnbd.expected_purchases(39, 2, 30.43, 38.86)) == pytest.approx(1.226, abs=1e-3)


def test_expected_purchases_of_a_new_customer_over_time(bgnbd):
    expected = bgnbd.expected_purchases_new([0.1429, 1, 3, 31.857, 32, 78])
    assert expected == pytest.approx([0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.858], abs=1e-3)


def test_holdout_correlation_is_the_published_one(bgnbd, history, purchases):
    later = purchases[(purchases["date"] > END) & (purchases["date"] <= pd.Timestamp("1998-06-30"))]
    actual = later.drop_duplicates(["customer", "date"]).groupby("customer").size().reindex(history.index, fill_value=0)
    predicted = bgnbd.expected_purchases(39, history["frequency"], history["recency"], history["T"])
    assert int(actual.sum()) == 1882
    assert float(np.corrcoef(actual, predicted)[0, 1]) == pytest.approx(0.626, abs=1e-3)


def test_gamma_gamma_parameters_are_the_published_ones(history):
    model = GammaGamma().fit(history["frequency"], history["monetary"])
    assert [model.p_, model.q_, model.gamma_] == pytest.approx([6.25, 3.74, 15.44], abs=0.02)
    assert model.log_likelihood_ == pytest.approx(-4055.9, abs=0.1)
    assert float(model.expected_value(0, np.nan)) == pytest.approx(35.17, abs=0.1)


def test_probability_alive_falls_with_silence(bgnbd):
    alive = bgnbd.probability_alive([3, 3, 3], [30, 20, 10], [39, 39, 39])
    assert np.all(np.diff(alive) < 0)


@pytest.mark.parametrize("rows", [([], [], []), ([1], [5], [4]), ([1], [-1], [4]), ([1], [float("nan")], [4])])
def test_impossible_histories_are_refused_with_a_reason(rows):
    with pytest.raises(ValueError, match="recency <= T"):
        BetaGeoNBD().fit(*rows)


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="paid"):
        summarise(pd.DataFrame({"c": [], "d": []}), customer="c", date="d", amount="paid", end=END)
