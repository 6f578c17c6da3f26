"""Sales forecasts: sums agree, the naive one is beaten or serves, intervals hold, the future is not read (ML12)."""

import numpy as np
import pandas as pd
import pytest

from ml import forecast as module
from ml.forecast import NAIVE, correction, forecast, predict, scaled_error
from ml.gate import Abstained

# Monthly airline passengers 1949-1960 (Box & Jenkins 1976), thousands.
AIR = np.fromstring(
    "112 118 132 129 121 135 148 148 136 119 104 118 115 126 141 135 125 149 170 170 158 133 114 140 145 150 178 163 "
    "172 178 199 199 184 162 146 166 171 180 193 181 183 218 230 242 209 191 172 194 196 196 236 235 229 243 264 272 "
    "237 211 180 201 204 188 235 227 234 264 302 293 259 229 203 229 242 233 267 269 270 315 364 347 312 274 237 278 "
    "284 277 317 313 318 374 413 405 355 306 271 306 315 301 356 348 355 422 465 467 404 347 305 336 340 318 362 348 "
    "363 435 491 505 404 359 310 337 360 342 406 396 420 472 548 559 463 407 362 405 417 391 419 461 472 535 622 606 "
    "508 461 390 432",
    sep=" ",
)
KEYS = ["product_group", "channel"]


def panel(months: int = 48, noise: float = 5.0, seed: int = 1) -> pd.DataFrame:
    """Four series with trend and season, one row per month and series."""
    rng, t = np.random.default_rng(seed), np.arange(months)
    rows = []
    for i, (group, channel) in enumerate([("a", "web"), ("a", "store"), ("b", "web"), ("b", "store")]):
        level = 100 * (i + 1) + (2 + i) * t + 30 * (i + 1) * np.sin(2 * np.pi * t / 12) + rng.normal(0, noise, months)
        rows.append(pd.DataFrame({
            "month": pd.date_range("2022-01-01", periods=months, freq="MS"), "product_group": group,
            "channel": channel, "revenue": level,
        }))  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def of(sales: pd.DataFrame, **options):
    options = {"horizon": 6, "season": 12, "methods": (NAIVE, "average", "theta"), **options}
    return forecast(sales, period="month", keys=KEYS, value="revenue", **options)


@pytest.fixture(scope="module")
def found():
    return of(panel())


def test_airline_passengers_are_forecast_as_well_as_published():
    errors = {
        m: scaled_error(AIR[-12:], predict(m, AIR[:-12], 12, 12), AIR[:-12], 12) for m in (NAIVE, "average", "arima")
    }
    assert errors == pytest.approx({NAIVE: 1.571, "average": 2.098, "arima": 0.608}, abs=2e-3)


def test_sums_agree_at_every_level(found):
    for frame in (found.future, found.backtest):
        by = ["period"] if frame is found.future else ["origin", "period"]
        sums = {level: part.groupby(by)["forecast"].sum() for level, part in frame.groupby("level")}
        assert set(sums) == {"product_group_channel", "product_group", "channel", "all"}
        for level in sums:
            assert sums[level].to_numpy() == pytest.approx(sums["all"].to_numpy())
    web = found.future[(found.future["level"] == "channel") & (found.future["channel"] == "web")]
    parts = found.future[(found.future["level"] == "product_group_channel") & (found.future["channel"] == "web")]
    assert web["forecast"].to_numpy() == pytest.approx(parts.groupby("period")["forecast"].sum().to_numpy())


def test_periods_follow_the_last_one(found):
    periods = sorted(found.future["period"].unique())
    assert periods == list(pd.date_range("2026-01-01", periods=6, freq="MS"))


def test_a_trend_with_season_is_forecast_better_than_by_the_naive_method(found):
    assert found.facts["share_better_than_naive"] == 1.0
    assert found.facts["mase_all"] < 0.6 * found.facts["mase_all_naive"]


def test_intervals_hold_what_comes(found):
    later = panel(54)
    actual = later[later["month"] >= "2026-01-01"].groupby("month")["revenue"].sum().to_numpy()
    total = found.future[found.future["level"] == "all"]
    assert (total["low"] <= total["forecast"] + 1e-9).all() or (total["forecast"] <= total["high"]).all()
    assert np.abs(total["forecast"].to_numpy() / actual - 1).max() < 0.1
    assert 0.6 <= found.facts["coverage"]["product_group_channel"] <= 0.95


def test_without_a_pattern_nothing_but_noise_the_naive_or_the_mean_serves():
    rng = np.random.default_rng(3)
    noise = panel().assign(revenue=rng.normal(100, 20, 4 * 48))
    assert set(of(noise).facts["methods"]) <= {NAIVE, "average", "theta"}
    assert of(noise, methods=(NAIVE, "theta")).facts["mase_all"] <= of(noise, methods=(NAIVE,)).facts["mase_all"] * 1.05


def test_a_method_that_is_no_better_does_not_serve(monkeypatch):
    monkeypatch.setitem(module.METHODS, "bad", lambda history, horizon, season: np.full(horizon, history.mean() / 9))
    assert of(panel(), methods=(NAIVE, "bad")).facts["methods"] == {NAIVE: 4}


def test_what_comes_after_the_origin_changes_no_forecast_made_there(found):
    sales = panel()
    cut = pd.Timestamp("2025-07-01")
    sales.loc[sales["month"] >= cut, "revenue"] *= np.random.default_rng(1).uniform(
        0.1, 9, (sales["month"] >= cut).sum()
    )
    first = found.backtest["origin"].min()
    assert first < cut
    for method in (NAIVE, "average", "theta"):
        histories = [s[s["month"] <= first].groupby("month")["revenue"].sum().to_numpy() for s in (panel(), sales)]
        assert (predict(method, histories[0], 6, 12) == predict(method, histories[1], 6, 12)).all()


def test_money_in_another_unit_gives_the_same_forecast_in_that_unit(found):
    times = of(panel().assign(revenue=lambda f: f["revenue"] * 100))
    assert times.future["forecast"].to_numpy() == pytest.approx(100 * found.future["forecast"].to_numpy(), rel=1e-4)


def test_sales_are_not_forecast_below_zero_unless_they_were():
    falling = np.maximum(100 - 4.0 * np.arange(30), 0)
    assert (predict("theta", falling, 12, 1) >= 0).all()
    assert predict(NAIVE, np.array([-5.0, 1, -5, 1]), 2, 2).tolist() == [-5.0, 1.0]


def test_a_short_history_is_answered_with_silence_and_one_of_zeros_with_zeros():
    short = of(panel(20))
    assert isinstance(short, Abstained)
    assert "periods of sales" in short.reason_en
    assert (of(panel().assign(revenue=0.0)).future["forecast"] == 0).all()


def test_one_series_and_one_key_are_enough():
    one = panel().query("product_group == 'a' and channel == 'web'")
    result = forecast(one, period="month", keys=["channel"], value="revenue", horizon=3, season=12, methods=(NAIVE,))
    assert set(result.future["level"]) == {"channel", "all"}
    assert len(result.future) == 6


def test_past_errors_correct_the_next_forecast_without_overreacting():
    assert correction([90, 90, 90, 90], [100, 100, 100, 100]) == pytest.approx(0.9**0.5)
    assert correction([1000] * 40, [1] * 40) == 2.0
    assert correction([], []) == 1.0
    assert correction([0, 0], [5, 5]) == 1.0
