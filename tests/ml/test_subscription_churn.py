"""Subscriptions: a planted fall of the chance to leave is found, one rate for all is not called a model."""

from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest

from ml.btyd.contractual import ShiftedBetaGeometric
from ml.subscription_churn import MONTH, at_day, score

AS_OF = date(2026, 6, 30)


def company(alpha: float, beta: float, count: int = 4000, seed: int = 3) -> duckdb.DuckDBPyConnection:
    """Subscriptions that began over two years, each with a monthly chance to leave of its own, beta(alpha, beta)."""
    rng = np.random.default_rng(seed)
    started = pd.Timestamp("2024-07-01") + pd.to_timedelta(rng.integers(0, 700, count), unit="D")
    months = rng.geometric(rng.beta(alpha, beta, count)).clip(max=240)
    ended = started + pd.to_timedelta((months * MONTH - rng.integers(0, 30, count)).astype(int), unit="D")
    log = pd.DataFrame({
        "user_id": [f"crm:{i:05}" for i in range(count)], "customer_id": "c", "product_id": "p",
        "started_on": started.date, "ended_on": [e.date() if e.date() <= AS_OF else None for e in ended],
        "monthly_amount_base": 10.0,
    })  # fmt: skip
    con = duckdb.connect()
    con.execute("create schema marts")
    con.register("log", log)
    con.execute("create table marts.party_users as select * replace (ended_on::date as ended_on) from log")
    con.unregister("log")
    return con


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    return company(0.7, 3.8)


def rows(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    return con.execute("select columns(c -> c <> 'model_id') from scores.subscription_churn order by all").fetchall()


def test_a_chance_to_leave_that_falls_with_age_is_found_and_told(con: duckdb.DuckDBPyConnection) -> None:
    (card,) = score(con, AS_OF)
    assert card["status"] == "scored" and card["grade"] in "AB", card.get("reason_en")
    assert card["facts"]["alpha"] == pytest.approx(0.7, rel=0.25) and card["facts"]["beta"] == pytest.approx(
        3.8, rel=0.3
    )
    model = ShiftedBetaGeometric()
    model.alpha_, model.beta_ = card["facts"]["alpha"], card["facts"]["beta"]
    told = con.execute("select months_in_use, churn_probability, expected_value_base, expected_months, reason_en "
                       "from scores.subscription_churn order by user_id").fetchall()  # fmt: skip
    running = con.execute("select count(*) from marts.party_users where ended_on is null").fetchone()[0]
    assert len(told) == running
    for months, p, value, expected, reason in told[:50]:
        assert p == pytest.approx(float(model.probability_to_leave(months, 3)), abs=1e-6)
        assert float(value) == pytest.approx(10 * expected, abs=0.01)
        assert reason == f"It has run {months} months; of those that got so far {p:.0%} end within three."


def test_what_ends_later_and_the_order_of_rows_change_nothing(con: duckdb.DuckDBPyConnection) -> None:
    score(con, AS_OF)
    before = rows(con)
    con.begin()
    con.execute("create or replace table marts.party_users as select * from marts.party_users order by hash(user_id)")
    con.execute(
        "update marts.party_users set ended_on = date '2026-07-15' where ended_on is null and user_id like '%7'"
    )
    con.execute("insert into marts.party_users values ('crm:x', 'c', 'p', date '2026-07-01', null, 10)")
    score(con, AS_OF)
    assert rows(con) == before
    con.rollback()


def test_one_rate_for_all_is_no_model(con: duckdb.DuckDBPyConnection) -> None:
    with company(300, 3000) as equal:
        (card,) = score(equal, AS_OF)
        assert card["status"] == "abstained" and "does not tell" in card["reason_en"] and card["reason_zh"]
        told = equal.execute(
            "select distinct status, churn_probability, grade from scores.subscription_churn"
        ).fetchall()
        assert told == [("abstained", None, None)]


def test_few_ends_are_too_few() -> None:
    with company(0.7, 3.8, 60) as small:
        (card,) = score(small, AS_OF)
        assert card["grade"] == "abstain" and "subscriptions that ended; at least 50 are needed" in card["reason_en"]


def test_a_month_that_has_begun_counts_for_who_left_in_it_only() -> None:
    day = pd.Timestamp("2024-04-01")
    log = pd.DataFrame({
        "started_on": pd.to_datetime(["2024-01-01"] * 3 + ["2024-05-01"]),
        "ended_on": pd.to_datetime([None, "2024-01-20", "2024-04-02", None]),
    })  # fmt: skip
    known = at_day(log, day)
    assert known[["has_ended", "months_in_use", "period"]].values.tolist() == [
        [False, 2, 2],
        [True, 0, 1],
        [False, 2, 2],
    ]
