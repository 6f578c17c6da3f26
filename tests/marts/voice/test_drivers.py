"""LMG against published figures and the laws it must keep."""

from datetime import date
from itertools import permutations
from pathlib import Path

import duckdb
import numpy as np
import pytest

from ml.drivers import complete_cases, drivers, lmg, refusal, score

RNG = np.random.default_rng(1)


def r_squared(x: np.ndarray, y: np.ndarray) -> float:
    design = np.column_stack([np.ones(len(y)), x])
    residuals = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    return float(1 - residuals @ residuals / ((y - y.mean()) ** 2).sum())


def test_shares_are_the_mean_gain_over_all_orders_of_entry_and_add_up_to_r_squared() -> None:
    x = RNG.normal(size=(80, 4)) @ RNG.normal(size=(4, 4))
    y = x @ [0.5, 0.3, 0.0, -0.2] + RNG.normal(size=80)
    gains = np.zeros(4)
    for order in permutations(range(4)):
        for place, j in enumerate(order):
            gains[j] += (r_squared(x[:, order[: place + 1]], y) - r_squared(x[:, order[:place]], y)) / 24
    assert lmg(x, y) == pytest.approx(gains, abs=1e-9)
    assert lmg(x, y).sum() == pytest.approx(r_squared(x, y), abs=1e-9)


def test_orthogonal_drivers_get_their_squared_correlation() -> None:
    x = np.array([[a, b] for a in (-1, 1) for b in (-1, 1)] * 5, dtype=float)
    y = 3 * x[:, 0] + x[:, 1] + RNG.normal(size=20)
    squared = [np.corrcoef(x[:, j], y)[0, 1] ** 2 for j in range(2)]
    assert lmg(x, y) == pytest.approx(squared, abs=1e-9)


def test_a_driver_asked_twice_shares_evenly_and_a_constant_one_explains_nothing() -> None:
    x = RNG.normal(size=(50, 2))
    y = x[:, 0] + 0.5 * x[:, 1] + RNG.normal(size=50)
    doubled = lmg(np.column_stack([x, x[:, 0], np.ones(50)]), y)
    assert doubled[0] == pytest.approx(doubled[2], abs=1e-9)
    assert doubled[3] == pytest.approx(0, abs=1e-9)
    assert doubled.sum() == pytest.approx(r_squared(x, y), abs=1e-9)


def test_swiss_fertility_gives_the_published_shares() -> None:
    """R's data set swiss (Mosteller & Tukey 1977); the shares are relaimpo's (Grömping 2006, JSS 17(1))."""
    table = np.loadtxt(Path(__file__).with_name("swiss.csv"), delimiter=",", skiprows=1)
    shares = lmg(table[:, 1:], table[:, 0])
    assert shares.sum() == pytest.approx(0.706735, abs=1e-6)
    assert shares == pytest.approx([0.0571, 0.1712, 0.2601, 0.1056, 0.1128], abs=5e-5)


def test_more_drivers_than_can_be_shared_out_are_refused() -> None:
    with pytest.raises(ValueError, match="13 drivers; at most 12"):
        lmg(np.ones((20, 13)), np.ones(20))


def test_results_are_the_same_for_the_same_rows() -> None:
    x, y = RNG.normal(size=(60, 3)), RNG.normal(size=60)
    assert drivers(x, y, ["a", "b", "c"]) == drivers(x, y, ["a", "b", "c"])


def surveys(rows: list[tuple]) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("""
        create schema core; create schema scores;
        create table core.fct_surveys (response_id text, customer_id text, survey_kind text, item text,
            score_percent decimal(18, 4), answered_on date)""")
    if rows:
        con.executemany("insert into core.fct_surveys values (?, ?, ?, ?, ?, date '2024-12-31')", rows)
    return con


def test_too_few_answers_give_a_reason_instead_of_shares() -> None:
    con = surveys([("r1", "c", "csat", "overall", 50), ("r1", "c", "csat", "delivery", 75)])
    score(con, date(2024, 12, 31))
    rows = con.execute("select analysis, driver, lmg, status from scores.satisfaction_drivers order by 1").fetchall()
    assert rows == [
        ("loyalty", None, None, "no driver was asked beside the target"),
        ("satisfaction", None, None, "1 complete answers; 20 are needed for 1 drivers"),
    ]


def test_no_surveys_at_all_give_a_reason() -> None:
    con = surveys([])
    score(con, date(2024, 12, 31))
    assert con.execute("select count(*), count(lmg) from scores.satisfaction_drivers").fetchall() == [(2, 0)]


def test_equal_answers_and_rare_items_are_no_drivers() -> None:
    rows = [(f"r{i}", item, 50.0 + (i % 3 if item == "a" else 0)) for i in range(40) for item in ("a", "overall")]
    x, y, names = complete_cases([*rows, ("r1", "rare", 1.0)], "overall")
    assert (names, x.shape) == (["a"], (40, 1))
    assert refusal(x, y) == "every answer to the target is the same"
