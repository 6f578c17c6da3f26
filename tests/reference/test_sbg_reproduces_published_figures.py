"""The sBG model against Fader & Hardie (2007): two cohorts of 1,000 customers, survivors after each renewal."""

import numpy as np
import pytest

from ml.btyd.contractual import ShiftedBetaGeometric

REGULAR = [631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173]
HIGH_END = [869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394]
LEARNT = 7  # renewals; the other five are for the forecast


def fitted(survivors: list[int]) -> ShiftedBetaGeometric:
    left = -np.diff([1000, *survivors[:LEARNT]])
    ages = [*range(1, LEARNT + 1), LEARNT]
    return ShiftedBetaGeometric().fit(ages, [True] * LEARNT + [False], [*left, survivors[LEARNT - 1]])


@pytest.mark.parametrize(
    ("survivors", "alpha", "beta", "likelihood"),
    [(REGULAR, 0.704, 1.182, -1680.3), (HIGH_END, 0.668, 3.806, -1611.2)],
    ids=["regular", "high end"],
)
def test_parameters_and_likelihood_are_the_published_ones(
    survivors: list[int], alpha: float, beta: float, likelihood: float
) -> None:
    model = fitted(survivors)
    assert (round(model.alpha_, 3), round(model.beta_, 3)) == (alpha, beta)
    assert model.log_likelihood_ == pytest.approx(likelihood, abs=0.05)


@pytest.mark.parametrize("survivors", [REGULAR, HIGH_END], ids=["regular", "high end"])
def test_the_five_renewals_not_learnt_from_are_forecast_and_one_rate_for_all_fails(survivors: list[int]) -> None:
    share = np.array(survivors) / 1000
    ahead = np.arange(1, 13)
    error = np.abs(fitted(survivors).survival(ahead) - share)[LEARNT:].max()
    rate = 1 - share[LEARNT - 1] ** (1 / LEARNT)
    assert error < 0.02
    assert np.abs((1 - rate) ** ahead - share)[LEARNT:].max() > 3 * error


def test_chances_follow_from_survival_and_the_value_to_come_is_its_discounted_sum() -> None:
    model = fitted(HIGH_END)
    assert model.probability_to_leave(3, 2) == pytest.approx(1 - model.survival(5) / model.survival(3))
    assert (np.diff(model.probability_to_leave(np.arange(20), 1)) < 0).all(), "who stayed long stays longer"
    stays = model.survival(np.arange(4, 2000)) / model.survival(3)
    by_hand = (stays / 1.1 ** np.arange(len(stays))).sum()
    assert model.expected_periods(3, 0.1) == pytest.approx(by_hand, abs=1e-6)
    with pytest.raises(ValueError, match="above 0"):
        model.expected_periods(3, 0)


@pytest.mark.parametrize(("age", "left"), [([], []), ([-1], [False]), ([0], [True])])
def test_impossible_ages_are_refused(age: list[int], left: list[bool]) -> None:
    with pytest.raises(ValueError, match="ages from 0"):
        ShiftedBetaGeometric().fit(age, left)
