"""The funnel's forecast: sums by hand, held by its interval, better with planted skill, unchanged by the future."""

from datetime import timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from ml import funnel
from ml.funnel import coverage, dispersion, graded, summed
from tests.models.deals import AS_OF, pipeline, warehouse, with_rules

PAST = AS_OF - timedelta(days=91)  # 2026-03-31: the horizon of its forecast has passed at AS_OF


@pytest.fixture(scope="module")
def planted() -> tuple[pd.DataFrame, pd.DataFrame]:
    return pipeline()


@pytest.fixture
def con(planted: tuple[pd.DataFrame, pd.DataFrame]) -> duckdb.DuckDBPyConnection:
    return warehouse(*planted)


def said(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    return con.execute("select * exclude (model_id) from scores.funnel_forecast order by system").fetchall()


def test_forecasts_are_sums_of_chances_and_amounts_and_the_interval_widens_by_how_far_they_were_off() -> None:
    rows = pd.DataFrame({
        "cutoff_on": pd.to_datetime(["2026-01-31", "2026-01-31", "2026-02-28"]), "p_flat": [0.5, 0.2, 0.5],
        "amount": [100.0, 50.0, None], "is_won_soon": [1, 0, 1], "won_amount": [100, 0, 70],
        "known_on": pd.to_datetime(["2026-05-01", "2026-05-01", "2026-05-29"]),
    })  # fmt: skip
    found = summed(rows, "p_flat")
    assert found["forecast_count"].tolist() == pytest.approx([0.7, 0.5])
    assert found["variance_count"].tolist() == pytest.approx([0.25 + 0.16, 0.25])
    assert found["forecast_base"].tolist() == pytest.approx([60, 0])
    assert found["variance_base"].tolist() == pytest.approx([0.25 * 100**2 + 0.16 * 50**2, 0])
    assert found[["actual_count", "actual_base"]].to_numpy().tolist() == [[1, 100], [1, 70]]
    # (0.3² + 0.5²) / 0.66 is below 1, so independent deals explain it; money: (40² + 70²) / 2900.
    assert dispersion(found, "count") == 1
    assert dispersion(found, "base") == pytest.approx(6500 / 2900)


def test_coverage_takes_the_spread_from_windows_that_had_closed() -> None:
    ends = pd.date_range("2026-01-31", periods=6, freq="ME")
    windows = pd.DataFrame({"until_on": ends, "forecast_count": 10.0, "variance_count": 4.0}, index=ends)
    windows["actual_count"] = [10, 10, 10, 12, 13, 10]  # 80 % of 2 is 2.56: the fourth held, the fifth did not
    assert coverage(windows, "count") == pytest.approx(3 / 4)
    assert coverage(windows[:2], "count") is None


@pytest.mark.parametrize("seed", [1, 2])
def test_what_was_won_lies_near_the_forecast_of_a_past_day(seed: int) -> None:
    deals, forecasts = pipeline(seed=seed)
    con = warehouse(deals, forecasts)
    (card,) = funnel.score(con, PAST)
    (row,) = con.execute("select * from scores.funnel_forecast").df().to_dict("records")
    truth = forecasts[forecasts["snapshot_on"] == PAST]
    assert (row["status"], row["open_count"]) == ("scored", len(truth))
    wide = 2 * (row["won_count_high"] - row["won_count_low"]) / 2  # 80 % to 99 %
    assert abs(truth["is_won"].sum() - row["won_count"]) < wide
    assert abs(row["bias_count"]) < 0.15
    assert row["won_count_low"] < row["won_count"] < row["won_count_high"] <= row["open_count"]
    assert float(row["won_base_low"]) < float(row["won_base"]) < float(row["won_base_high"])
    assert card["facts"]["crm window_count"] > 20 and 0.5 <= row["coverage_count"] <= 1


def test_planted_skill_makes_the_chances_serve_and_shuffled_outcomes_the_rule(
    planted: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    con = warehouse(*planted)
    (card,) = funnel.score(con, AS_OF)
    assert card["serves"] == "chances" and card["grade"] in "AB", card["facts"]
    deals = planted[0].copy()
    ended = deals["outcome"] != "open"
    deals.loc[ended, "outcome"] = np.random.default_rng(3).permutation(deals.loc[ended, "outcome"])
    names = [
        "snapshot_on",
        "deal_id",
        "system",
        "employee_id",
        "stage_no",
        "stage_days",
        "expected_amount_base",
        "product_id",
    ]
    con = warehouse(deals, with_rules(planted[1][names].copy(), deals))
    (card,) = funnel.score(con, AS_OF)
    assert card["serves"] in ("flat", "stage") and card["grade"] == "C"
    (row,) = con.execute(
        "select won_count = naive_won_count, won_base = naive_won_base from scores.funnel_forecast"
    ).fetchall()
    assert row == (True, True)


def test_what_comes_after_as_of_changes_no_forecast(con: duckdb.DuckDBPyConnection) -> None:
    funnel.score(con, PAST)
    before, after = said(con), {"day": PAST}
    con.execute("delete from marts.deal_forecasts where snapshot_on > $day", after)
    con.execute(
        "update marts.deal_forecasts set is_won = not is_won, won_amount_base = 9e9 where until_on > $day", after
    )
    con.execute("""update core.fct_opportunities set closed_on = closed_on + 400,
        outcome = case outcome when 'won' then 'lost' else 'won' end where closed_on > $day""", after)  # fmt: skip
    funnel.score(con, PAST)
    assert said(con) == before and before[0][3] == "scored"


def test_the_order_of_rows_and_threads_change_nothing(
    con: duckdb.DuckDBPyConnection, planted: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    funnel.score(con, AS_OF)
    other = warehouse(*(frame.sample(frac=1, random_state=5) for frame in planted))
    other.execute("set threads = 1")
    funnel.score(other, AS_OF)
    assert said(other) == said(con)


@pytest.mark.parametrize(
    ("change", "count"),
    [
        ("delete from marts.deal_forecasts", 0),
        ("delete from marts.deal_forecasts where snapshot_on < '2026-01-01'", 1),
        ("delete from core.fct_opportunities where hash(opportunity_id) % 60 > 0", 1),
        ("update marts.deal_forecasts set p_flat = null, p_stage = null, p_stage_age = null", 1),
    ],
)
def test_deals_that_carry_no_forecast_leave_what_is_open_and_a_reason(
    con: duckdb.DuckDBPyConnection, change: str, count: int
) -> None:
    con.execute(change)
    (card,) = funnel.score(con, AS_OF)
    assert card["grade"] == "abstain" and card["reason_en"] and card["reason_zh"]
    found = con.execute("select count(*), count(won_count), count(open_count) from scores.funnel_forecast").fetchall()
    assert found == [(count, 0, count)]


def test_deals_without_amounts_are_counted_and_have_no_money(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update marts.deal_forecasts set expected_amount_base = null, won_amount_base = 0")
    funnel.score(con, AS_OF)
    money = "select won_count > 10, open_base, won_base, won_base_high, naive_won_base, bias_base"
    assert con.execute(f"{money} from scores.funnel_forecast").fetchall() == [(True, None, None, None, None, None)]


def test_a_grade_needs_chances_that_are_surely_better() -> None:
    rng = np.random.default_rng(1)
    rows = pd.DataFrame({"opportunity_id": [f"{i}" for i in range(800)], "chance": rng.random(800)})
    rows["cutoff_on"] = pd.to_datetime(np.where(np.arange(800) < 400, "2026-01-31", "2026-02-28"))
    rows["is_won_soon"] = (rng.random(800) < rows["chance"]).astype(float)
    rows["p_flat"] = 0.5
    assert graded(rows.assign(chances=rows["chance"]), "p_flat")[0] == "A"
    assert graded(rows.assign(chances=rng.random(800)), "p_flat")[0] == "C"
    older = rows["cutoff_on"] < "2026-02-01"
    assert graded(rows.assign(chances=rows["chance"].where(~older, 1 - rows["chance"])), "p_flat")[0] == "B"
