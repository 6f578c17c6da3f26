"""Measures against values worked out by hand and against scikit-learn; the model against its own laws."""

import json

import numpy as np
import pytest

from ml.evaluate import (
    auc,
    average_precision,
    bins,
    brier,
    calibration,
    capture,
    difference,
    ece,
    evaluate,
    expected_profit,
    log_loss,
)
from ml.gate import Abstained
from ml.grade import grade, leaks, refusal
from ml.logistic import RidgeLogit, expit
from ml.resampled import Ranking
from ml.store import plain

RNG = np.random.default_rng(3)
X = RNG.normal(size=(4_000, 3))
P = expit(X @ [1.0, -0.5, 0.0] - 0.4)
Y = (RNG.random(4_000) < P).astype(float)


def test_measures_of_five_rows_are_what_a_person_works_out() -> None:
    y, p = [1, 0, 1, 0, 0], [0.9, 0.8, 0.6, 0.6, 0.1]
    assert auc(y, p) == pytest.approx((3 + 1.5) / 6)  # 0.9 beats three; 0.6 beats one and ties with one
    assert average_precision(y, p) == pytest.approx((1 / 1 + 2 / 4) / 2)
    assert brier(y, p) == pytest.approx((0.01 + 0.64 + 0.16 + 0.36 + 0.01) / 5)
    assert log_loss([1, 0], [0.5, 0.5]) == pytest.approx(np.log(2))
    assert capture(y, p, 0.2) == 0.5
    assert capture(y, p, 0.6) == pytest.approx((1 + 0.5 * 1) / 2)  # the tie at the border counts half
    assert expected_profit(y, p, gain=2.0, cost=1.0) == pytest.approx((2 * 2 - 4 * 1) / 5)
    assert ece([0, 1], [0.25, 0.75]) == 0.25
    assert [row["n"] for row in bins(range(5), range(5), count=2)] == [3, 2]


def test_measures_agree_with_scikit_learn() -> None:
    from sklearn import metrics

    tied = np.round(P, 2)
    assert auc(Y, tied) == pytest.approx(metrics.roc_auc_score(Y, tied), abs=1e-12)
    assert average_precision(Y, tied) == pytest.approx(metrics.average_precision_score(Y, tied), abs=1e-12)
    assert log_loss(Y, P) == pytest.approx(metrics.log_loss(Y, P), abs=1e-12)


def test_a_probability_that_is_right_has_slope_one_and_one_that_shouts_has_less() -> None:
    slope, intercept = calibration(Y, P)
    assert (slope, intercept) == (pytest.approx(1, abs=0.12), pytest.approx(0, abs=0.12))
    shouting = expit(2 * np.log(P / (1 - P)))
    assert calibration(Y, shouting)[0] == pytest.approx(slope / 2, abs=1e-6)


def test_intervals_hold_the_value_and_equal_scores_do_not_differ() -> None:
    found = evaluate(Y[:500], P[:500])
    assert found["auc_low"] < found["auc"] < found["auc_high"]
    assert difference(Y[:500], P[:500], P[:500]) == (0, 0, 0)
    _, low, _ = difference(Y[:500], P[:500], RNG.random(500))
    assert low > 0.1


def test_a_measure_of_weighed_rows_is_that_of_the_rows_drawn_again() -> None:
    y, p = Y[:300], np.round(P[:300], 2)
    ranking = Ranking(y, p)
    for drawn in RNG.integers(0, 300, (20, 300)):
        sample = ranking.drawn(np.bincount(drawn, minlength=300).astype(float))
        found = [sample.auc(), sample.average_precision(), sample.capture(0.2), sample.capture(1.0)]
        again = y[drawn], p[drawn]
        assert found == pytest.approx([auc(*again), average_precision(*again), capture(*again, 0.2), 1.0], abs=1e-12)


def test_one_class_or_no_row_gives_no_number_and_no_error() -> None:
    assert np.isnan(auc([1, 1], [0.1, 0.2]))
    assert np.isnan(calibration([0, 1, 0], [0.5, 0.5, 0.5])[0])
    assert evaluate([], [])["n"] == 0


def test_the_model_recovers_what_made_the_labels_within_its_own_errors_and_finds_no_null() -> None:
    model = RidgeLogit(1e-6).fit(X, Y)
    slopes = model.coef_[1:] / model.scale_
    errors = np.sqrt(np.diag(model.covariance_))[1:] / model.scale_
    assert np.all(np.abs(slopes - [1.0, -0.5, 0.0]) < 3 * errors)
    from sklearn.linear_model import LogisticRegression

    assert slopes == pytest.approx(LogisticRegression(C=1e9, tol=1e-9).fit(X, Y).coef_[0], abs=1e-4)


def test_reasons_add_up_to_the_score_and_a_model_reloads_equal_to_the_bit() -> None:
    model = RidgeLogit(5.0).fit(X, Y)
    p = model.predict(X)
    assert np.abs(model.contributions(X).sum(axis=1) - np.log(p / (1 - p))).max() < 1e-9
    again = RidgeLogit.from_dict(json.loads(plain(model.to_dict())))
    assert (again.predict(X) == p).all()
    low, high = model.interval(X)
    assert ((low < p) & (p < high)).all()
    assert ((low < P) & (high > P)).mean() > 0.85


def test_rows_of_one_customer_do_not_count_as_many() -> None:
    once = RidgeLogit(1e-6).fit(X[:400], Y[:400], groups=np.arange(400))
    copied = RidgeLogit(1e-6).fit(np.tile(X[:400], (5, 1)), np.tile(Y[:400], 5), groups=np.tile(np.arange(400), 5))
    assert np.diag(copied.covariance_) == pytest.approx(np.diag(once.covariance_), rel=1e-3)


def test_labels_that_cannot_carry_a_model_are_refused_in_both_languages() -> None:
    for y in ([], [0.0] * 500, [1.0] * 500, [0.0] * 480 + [1.0] * 20, [0.0, 1.0] * 50):
        found = refusal(y)
        assert isinstance(found, Abstained)
        assert found.reason_en
        assert found.reason_zh
    assert refusal([0.0, 1.0] * 250) is None


def test_grades_fall_with_what_a_window_shows() -> None:
    good = {"auc_low": 0.7, "slope": 1.0, "ece": 0.02, "gain_low": 0.01}
    assert grade([good, good]) == "A"
    assert grade([good]) == "B"
    assert grade([good, {**good, "gain_low": -0.01}]) == "B"
    assert grade([{**good, "ece": 0.07}, good]) == "B"
    assert grade([{**good, "gain_low": -0.01}, good]) == "C"
    assert grade([{**good, "slope": 2.0}, good]) == "C"
    assert grade([{**good, "auc_low": 0.49}, good]) == "abstain"
    assert grade([]) == "abstain"


def test_a_feature_that_knows_the_answer_trips_the_wire_in_either_direction() -> None:
    assert leaks(0.01, {"a": 0.6, "b": 0.2}) == []
    assert len(leaks(0.06, {"a": 0.9, "b": 0.1})) == 3
