"""Spend of a coming window by boosting: features and measures by hand, CDNOW as asked, and silence (ML6)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml import lifetime_value, spend_boosted
from ml.gate import Abstained
from ml.spend_boosted import TweedieSpend, features, forecast, judged, spend_after
from tests.ml.test_clv import AS_OF, company

END, DAYS = pd.Timestamp("1997-09-30"), 273


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    return company()[0]


def purchases(*rows: tuple[str, str, float]) -> pd.DataFrame:
    found = pd.DataFrame(rows, columns=["customer_id", "order_date", "revenue"])
    return found.assign(order_date=pd.to_datetime(found["order_date"]))


def test_features_are_those_of_the_cutoff_and_a_day_that_was_refunded_is_no_purchase() -> None:
    """a pays 10, then 20 + 10 on one day, gives a third day back, buys after the cutoff; b bought nothing yet."""
    of = purchases(
        ("a", "2025-01-01", 10), ("a", "2025-01-21", 20), ("a", "2025-01-21", 10), ("a", "2025-01-25", 50),
        ("a", "2025-01-25", -50), ("a", "2025-02-02", 99), ("b", "2025-02-01", 5),
    )  # fmt: skip
    found = features(of, pd.Timestamp("2025-01-31"))
    assert list(found.index) == ["a"]
    wanted = {
        "recency_days": 10, "tenure_days": 30, "purchases": 2, "spend": 40, "mean_spend": 20, "most_spend": 30,
        "first_spend": 10, "last_spend": 30, "mean_gap_days": 20, "spend_30d": 30, "purchases_30d": 1, "spend_90d": 40,
    }  # fmt: skip
    assert found.loc["a", list(wanted)].to_dict() == wanted
    assert spend_after(of, pd.Index(["a", "b"]), pd.Timestamp("2025-01-31"), 1.0).tolist() == [0, 5]
    assert spend_after(of, pd.Index(["a", "b"]), pd.Timestamp("2025-01-31"), 2.0).tolist() == [99, 5]


def test_measures_of_ten_customers_are_what_a_person_works_out() -> None:
    """One customer of ten spends 90, another 10; the forecast puts the 10 first: its Gini is .8 of what could be."""
    actual, made = np.array([90.0, 10, 0, 0, 0, 0, 0, 0, 0, 0]), np.array([40.0, 60, 5, 4, 3, 2, 1, 0, 0, 0])
    found = judged(actual, made)
    assert found["bias"] == pytest.approx(0.15)
    assert found["mae"] == pytest.approx((50 + 50 + 15) / 10)
    assert found["top_share"] == pytest.approx(0.1)
    assert found["decile_mape"] == pytest.approx((50 / 90 + 5) / 2)
    assert found["gini"] == pytest.approx((0.91 - 0.55) / (0.99 - 0.55))
    assert judged(np.zeros(3), np.ones(3)) == {} == judged([], [])


def test_cdnow_is_forecast_out_of_fold_as_well_as_asked(reference_data: Path) -> None:
    """Published comparison: bias -2.6 %, MAE 34.6, Gini .721, decile MAPE .045, best tenth .526 of the spend."""
    names = ["customer_id", "order_date", "cds", "revenue"]
    path = reference_data / "cdnow" / "CDNOW_master.txt"
    of = pd.read_csv(path, sep=r"\s+", names=names, skiprows=1, dtype={"order_date": str})
    of["order_date"] = pd.to_datetime(of["order_date"], format="%Y%m%d")
    x = features(of, END)
    y = spend_after(of, x.index, END, DAYS)
    fold, made = np.random.default_rng(1).permutation(len(x)) % 5, np.empty(len(x))
    for k in range(5):
        made[fold == k] = TweedieSpend().fit(x[fold != k], y[fold != k]).predict(x[fold == k])
    found, naive = judged(y, made), judged(y, x["spend"] / x["tenure_days"].clip(lower=7) * DAYS)
    assert abs(found["bias"]) <= 0.15
    assert found["top_share"] >= 0.50
    assert found["gini"] >= 0.68
    assert found["decile_mape"] <= 0.20
    assert found["mae"] <= 0.6 * naive["mae"]


def test_a_forecast_sees_nothing_after_its_cutoff_and_is_the_same_for_rows_in_any_order(log: pd.DataFrame) -> None:
    cutoff = AS_OF - pd.Timedelta(days=180)
    found = forecast(log, cutoff, 180.0)
    assert isinstance(found, pd.Series)
    scrambled = log.assign(revenue=log["revenue"].where(log["order_date"] <= cutoff, log["revenue"] * 7 + 1))
    pd.testing.assert_series_equal(forecast(scrambled.sample(frac=1, random_state=3), cutoff, 180.0), found)


def test_the_holdout_judges_it_beside_the_buying_model_on_the_same_customers(log: pd.DataFrame) -> None:
    found = lifetime_value.holdout(log[log["order_date"] <= AS_OF], AS_OF.date())
    assert found["challenger"] == "lightgbm, Tweedie"
    gap = found["holdout_mae"] - found["holdout_challenger_mae"]
    assert found["challenger_gain"] == pytest.approx(gap)
    assert found["challenger_gain_low"] <= gap <= found["challenger_gain_high"]
    assert found["challenger_is"] == "not told apart", "the company is drawn from the buying model itself"
    assert found["holdout_challenger_mae"] < found["holdout_mae_rate"]
    assert abs(found["holdout_challenger_bias"]) < 0.25


def test_better_takes_a_sure_gain_and_a_small_bias(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    later = pd.Series(rng.gamma(1.0, 50.0, 400))
    cases = {
        "better": (later * 1.05, later + 40),
        "not told apart": (later * 1.4, later * 1.6),
        "worse": (later + 40, later),
    }
    for said, (made, served) in cases.items():
        monkeypatch.setattr(spend_boosted, "forecast", lambda *_, made=made: made)
        found = lifetime_value.challenged(pd.DataFrame(), END, 90.0, served, later)
        assert found["challenger_is"] == said


def test_without_the_library_or_with_few_customers_it_is_left_out_and_says_why(
    log: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = forecast(log[log["customer_id"] < 150], AS_OF - pd.Timedelta(days=180), 180.0)
    assert isinstance(few, Abstained)
    assert few.reason_zh
    monkeypatch.setattr(spend_boosted, "available", lambda: "LightGBM cannot be loaded (libgomp)")
    found = lifetime_value.challenged(log, AS_OF, 90.0, pd.Series(dtype=float), pd.Series(dtype=float))
    assert found == {"challenger": "left out: LightGBM cannot be loaded (libgomp)"}
