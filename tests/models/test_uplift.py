"""Uplift on Hillstrom's mailing and on planted effects: found where it is, and only there (ML7, ML8)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml.gate import Abstained
from ml.logistic import expit
from ml.uplift import Uplift, effect, noise_band, qini, uplift

NAMES = ["recency", "history", "mens", "womens", "newbie", "urban", "rural", "phone", "web"]


@pytest.fixture(scope="module")
def mailing() -> pd.DataFrame:
    import os

    from tests.conftest import REPO

    path = Path(os.environ.get("CRM_REFERENCE_DATA", REPO.parent / "shared" / "data")) / "hillstrom" / "hillstrom.csv"
    if not path.is_file():
        pytest.skip(f"no reference data at {path}; set CRM_REFERENCE_DATA to run this test")
    return pd.read_csv(path)


def arm(mailing: pd.DataFrame, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = mailing[mailing["segment"].isin([name, "No E-Mail"])]
    columns = [rows["recency"], np.log1p(rows["history"]), rows["mens"], rows["womens"], rows["newbie"]]
    columns += [rows["zip_code"] == "Urban", rows["zip_code"] == "Rural", rows["channel"] == "Phone"]
    x = np.column_stack([np.asarray(c, dtype=float) for c in [*columns, rows["channel"] == "Web"]])
    return x, (rows["segment"] == name).to_numpy(), rows["visit"].to_numpy(dtype=float)


def test_the_arms_have_the_published_counts_and_effects(mailing: pd.DataFrame) -> None:
    found = mailing.groupby("segment").agg(n=("visit", "size"), visits=("visit", "sum"), bought=("conversion", "sum"))
    assert found.to_dict("index") == {
        "Mens E-Mail": {"n": 21_307, "visits": 3_894, "bought": 267},
        "No E-Mail": {"n": 21_306, "visits": 2_262, "bought": 122},
        "Womens E-Mail": {"n": 21_387, "visits": 3_238, "bought": 189},
    }
    for name, published, half in (("Mens E-Mail", 0.0766, 0.0034), ("Womens E-Mail", 0.0452, 0.0032)):
        gap, low, high = effect(*arm(mailing, name)[1:])
        assert gap == pytest.approx(published, abs=5e-5)
        assert (high - low) / 2 / 1.96 == pytest.approx(half, abs=2e-4)


def test_the_womens_mail_moves_some_more_than_others_and_one_flag_says_whom(mailing: pd.DataFrame) -> None:
    answer = uplift(*_named(arm(mailing, "Womens E-Mail")))
    assert isinstance(answer, Uplift)
    assert answer.qini["t_learner"] > 30e-4 > answer.noise
    assert answer.best_rule == "womens high"
    assert answer.qini["best_rule"] == pytest.approx(38.6e-4, abs=0.1e-4)
    assert answer.qini["response_model"] < answer.qini["t_learner"], "who responds is not who is moved"
    assert answer.serves in ("t_learner", "womens high")


def test_the_mens_mail_moves_nobody_more_than_others_as_far_as_can_be_told(mailing: pd.DataFrame) -> None:
    answer = uplift(*_named(arm(mailing, "Mens E-Mail")))
    assert isinstance(answer, Uplift)
    assert answer.serves is None
    assert answer.verdict_en.startswith("not distinguishable")


def _named(of: tuple[np.ndarray, np.ndarray, np.ndarray]) -> tuple[np.ndarray, list[str], np.ndarray, np.ndarray]:
    x, treated, y = of
    return x, NAMES, treated, y


def planted(slope: float, seed: int = 4, n: int = 12_000) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x, t = rng.normal(size=(n, 3)), rng.random(n) < 0.5
    base, lift = expit(-1.5 + 0.5 * x[:, 0]), np.clip(0.08 + slope * x[:, 1], -0.05, 0.3)
    return x, t, (rng.random(n) < base + t * lift).astype(float), lift


def test_a_planted_effect_is_ranked_and_a_planted_null_is_not_found() -> None:
    x, t, y, lift = planted(0.06)
    answer = uplift(x, ["a", "b", "c"], t, y)
    assert isinstance(answer, Uplift)
    assert answer.serves is not None
    assert np.corrcoef(pd.Series(answer.scores).rank(), pd.Series(lift).rank())[0, 1] > 0.8
    x, t, y, _ = planted(0.0)
    answer = uplift(x, ["a", "b", "c"], t, y)
    assert isinstance(answer, Uplift)
    assert answer.serves is None
    assert answer.effect_low < 0.08 < answer.effect_high


def test_arms_shuffled_at_random_stay_inside_the_noise_band() -> None:
    _, t, y, lift = planted(0.06, n=4_000)
    band, rng = noise_band(t, y), np.random.default_rng(9)
    inside = [abs(qini(lift, rng.permutation(t), y)) <= band for _ in range(100)]
    assert sum(inside) >= 85


def test_uplift_is_refused_without_control_with_few_rows_and_where_chance_did_not_draw() -> None:
    x, t, y, _ = planted(0.06, n=4_000)
    cases = {
        "no control": (np.ones_like(t), "control group"),
        "few": (np.arange(len(t)) < 100, "smaller arm"),
        "chosen": (x[:, 0] > 0, "chance did not draw"),
    }
    for treated, words in cases.values():
        answer = uplift(x, ["a", "b", "c"], treated, y)
        assert isinstance(answer, Abstained)
        assert words in answer.reason_en
        assert answer.reason_zh


def test_qini_of_four_rows_is_what_a_person_works_out() -> None:
    """Treated 1, control 0, treated 1, control 1 in this order: gains 0, 1, 1, 2, 1; the line to 1 has area 2."""
    score, treated, y = [4, 3, 2, 1], [1, 0, 1, 0], [1, 0, 1, 1]
    assert qini(score, treated, y) == pytest.approx(((0 + 1) / 2 + 1 + 1.5 + 1.5 - 2) / 16)
    assert qini([1, 1, 1, 1], treated, y) == 0
