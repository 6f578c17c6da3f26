"""CDNOW, 39 + 39 weeks, and the donations: the figures of the papers and of independent code, per model (ML1)."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

from ml.btyd import NBD, BetaGeoBetaBinomial, BetaGeoNBD, GammaGamma, ModifiedBetaGeoNBD, ParetoNBD, summarise

END, LAST = pd.Timestamp("1997-09-30"), pd.Timestamp("1998-06-30")
MODELS = {kind.__name__: kind for kind in (NBD, ParetoNBD, BetaGeoNBD, ModifiedBetaGeoNBD)}


class Cohort(NamedTuple):
    history: pd.DataFrame
    later: np.ndarray  # purchase days of the holdout per customer
    models: dict[str, Any]

    @property
    def columns(self) -> list[np.ndarray]:
        return [self.history[name].to_numpy() for name in ("frequency", "recency", "T")]


def _cohort(path: Path, columns: list[str], skip: int) -> Cohort:
    log = pd.read_csv(path, sep=r"\s+", names=columns, skiprows=skip, dtype={"date": str})
    log["date"] = pd.to_datetime(log["date"], format="%Y%m%d")
    history = summarise(log, customer="customer", date="date", amount="amount", end=END)
    later = log[(log["date"] > END) & (log["date"] <= LAST)].drop_duplicates(["customer", "date"])
    counts = later.groupby("customer").size().reindex(history.index, fill_value=0).to_numpy()
    x, tx, age = (history[name].to_numpy() for name in ("frequency", "recency", "T"))
    fitted = {n: kind().fit(x, age) if kind is NBD else kind().fit(x, tx, age) for n, kind in MODELS.items()}
    return Cohort(history, counts, fitted)


@pytest.fixture(scope="module")
def sample(reference_data: Path) -> Cohort:
    return _cohort(reference_data / "cdnow" / "CDNOW_sample.txt", ["_", "customer", "date", "cds", "amount"], 0)


@pytest.fixture(scope="module")
def whole(reference_data: Path) -> Cohort:
    return _cohort(reference_data / "cdnow" / "CDNOW_master.txt", ["customer", "date", "cds", "amount"], 1)


def auc(score: np.ndarray, label: np.ndarray) -> float:
    ranks, ones = rankdata(score), label.sum()
    return float((ranks[label].sum() - ones * (ones + 1) / 2) / (ones * (~label).sum()))


def test_the_cohorts_are_the_published_ones(sample, whole):
    found = [(len(c.history), (c.history["frequency"] > 0).sum(), c.history["frequency"].sum(), c.later.sum())
             for c in (sample, whole)]  # fmt: skip
    assert found[0] == (2357, 946, 2457, 1882)
    assert (found[1][0], found[1][2], found[1][3]) == (23570, 24337, 19684)


@pytest.mark.parametrize(
    ("name", "parameters", "likelihood"),
    [
        ("NBD", [0.385, 12.072], -9763.7),
        ("ParetoNBD", [0.553, 10.578, 0.606, 11.669], -9595.0),
        ("BetaGeoNBD", [0.243, 4.414, 0.793, 2.426], -9582.4),
        ("ModifiedBetaGeoNBD", [0.525, 6.183, 0.891, 1.614], -9582.1),
    ],
)
def test_parameters_and_likelihood_on_the_sample(sample, name, parameters, likelihood):
    model = sample.models[name]
    assert [getattr(model, p) for p in model.names] == pytest.approx(parameters, abs=1e-3)
    assert model.log_likelihood_ == pytest.approx(likelihood, abs=0.1)


@pytest.mark.parametrize(
    ("name", "parameters", "likelihood", "correlation"),
    [
        ("ParetoNBD", [0.597, 11.586, 0.522, 8.828], -95415.1, 0.671),
        ("BetaGeoNBD", [0.252, 4.789, 0.723, 2.161], -95368.4, 0.669),
        ("ModifiedBetaGeoNBD", [0.637, 7.310, 0.807, 1.228], -95337.0, None),
    ],
)
def test_parameters_and_likelihood_on_all_customers(whole, name, parameters, likelihood, correlation):
    model = whole.models[name]
    assert [getattr(model, p) for p in model.names] == pytest.approx(parameters, abs=2e-3)
    assert model.log_likelihood_ == pytest.approx(likelihood, abs=0.1)
    if correlation:
        predicted = model.expected_purchases(39, *whole.columns)
        assert np.corrcoef(predicted, whole.later)[0, 1] == pytest.approx(correlation, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "total", "correlation", "mae", "msle", "area"),
    [
        ("NBD", 2930, 0.583, 1.041, 0.362, 0.774),
        ("ParetoNBD", 1666, 0.630, 0.755, 0.238, 0.779),
        ("BetaGeoNBD", 1653, 0.626, 0.785, 0.234, 0.773),
        ("ModifiedBetaGeoNBD", 1577, 0.627, 0.765, 0.231, 0.773),
    ],
)
def test_the_holdout_is_forecast_as_well_as_published(sample, name, total, correlation, mae, msle, area):
    predicted, actual = sample.models[name].expected_purchases(39, *sample.columns), sample.later
    assert round(predicted.sum()) == total
    found = [
        np.corrcoef(predicted, actual)[0, 1],
        np.abs(predicted - actual).mean(),
        ((np.log1p(predicted) - np.log1p(actual)) ** 2).mean(),
        auc(predicted, actual > 0),
    ]
    assert found == pytest.approx([correlation, mae, msle, area], abs=6e-4)


@pytest.mark.parametrize(
    ("name", "by_frequency"),
    [
        ("ParetoNBD", [0.138, 0.599, 1.196, 1.714, 2.398, 2.907, 3.819, 6.403]),
        ("BetaGeoNBD", [0.225, 0.523, 1.044, 1.520, 2.164, 2.654, 3.504, 6.157]),
    ],
)
def test_expected_purchases_by_past_frequency(sample, name, by_frequency):
    predicted = sample.models[name].expected_purchases(39, *sample.columns)
    group = np.minimum(sample.history["frequency"], 7)
    assert pd.Series(predicted).groupby(group.to_numpy()).mean().tolist() == pytest.approx(by_frequency, abs=6e-4)
    actual = pd.Series(sample.later).groupby(group.to_numpy()).mean().tolist()
    assert actual == pytest.approx([0.237, 0.697, 1.393, 1.560, 2.532, 2.947, 3.862, 6.359], abs=6e-4)


@pytest.mark.parametrize(("name", "error"), [("BetaGeoNBD", -0.041), ("ParetoNBD", -0.016)])
def test_the_cohort_is_tracked_to_week_78(sample, name, error):
    expected = sample.models[name].expected_purchases_new(sample.history["T"].to_numpy() + 39).sum()
    actual = sample.history["frequency"].sum() + sample.later.sum()
    assert expected / actual - 1 == pytest.approx(error, abs=1e-3)


def test_the_worked_customer_and_the_new_one(sample):
    model = sample.models["BetaGeoNBD"]
    assert float(model.expected_purchases(39, 2, 30.43, 38.86)) == pytest.approx(1.226, abs=1e-3)
    expected = model.expected_purchases_new([0.1429, 1, 3, 31.857, 32, 78])
    assert expected == pytest.approx([0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.858], abs=1e-3)


def test_one_time_buyers_are_surely_alive_in_bgnbd_only(sample):
    alive = {name: sample.models[name].probability_alive(*sample.columns).mean() for name in list(MODELS)[1:]}
    assert alive["BetaGeoNBD"] == pytest.approx(0.813, abs=1e-3)
    assert alive["ParetoNBD"] == pytest.approx(0.446, abs=1e-3)
    assert alive["ModifiedBetaGeoNBD"] < 0.5


def test_gamma_gamma_on_both_cohorts(sample, whole):
    few, many = (GammaGamma().fit(c.history["frequency"], c.history["monetary"]) for c in (sample, whole))
    assert [few.p_, few.q_, few.gamma_] == pytest.approx([6.25, 3.744, 15.44], abs=5e-3)
    assert few.log_likelihood_ == pytest.approx(-4055.9, abs=0.1)
    assert float(few.expected_value(0, np.nan)) == pytest.approx(35.17, abs=5e-3)
    assert [many.p_, many.q_, many.gamma_] == pytest.approx([6.275, 3.624, 14.984], abs=5e-3)
    assert many.log_likelihood_ == pytest.approx(-40763.5, abs=0.1)
    assert many.correlation_ == pytest.approx(0.08, abs=5e-3)


def test_bgbb_on_the_donations(reference_data):
    cells = pd.read_csv(reference_data / "cdnow" / "donations.csv")
    columns = [cells[c] for c in ("frequency", "recency", "periods")]
    model = BetaGeoBetaBinomial().fit(*columns, cells["weights"])
    assert [getattr(model, p) for p in model.names] == pytest.approx([1.204, 0.750, 0.657, 2.783], abs=1e-3)
    assert model.log_likelihood_ == pytest.approx(-33225.6, abs=0.1)
