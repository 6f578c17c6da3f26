"""The forecast of sales as tables: it adds up, knows nothing of later, learns from its errors where that helps."""

from collections.abc import Iterator
from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest

from ml.forecast import ALL
from ml.sales_forecast import judged, ledger, score

AS_OF = date(2024, 12, 31)


def company(months: int) -> duckdb.DuckDBPyConnection:
    """Two categories in two channels with a season and growth, sold on the 10th; months end with December 2024."""
    con = duckdb.connect()
    con.execute("create schema core")
    con.execute(f"""
        create table core.fct_order_lines as
        select 'l' || m || c || h as line_id, 'o' || m || h as order_id, 'p' || c as product_id, false as is_cancelled,
            (date '2024-12-10' - to_months({months - 1} - m))::date as ordered_on,
            ((100 + 3 * m + 40 * sin(2 * pi() * m / 12) + hash(m * 7 + c * 3 + h) % 10) * (1 + c + h))::decimal(18, 4)
                as line_amount_base
        from range({months}) as a(m), range(2) as b(c), range(2) as d(h)""")
    con.execute("""create table core.fct_orders as
        select distinct order_id, if(order_id like '%0', 'online', 'store') as channel_group
        from core.fct_order_lines""")
    con.execute("create table core.dim_products as select 'p' || c as product_id, 'Tea ' || c as category_name "
                "from range(2) as t(c)")  # fmt: skip
    return con


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with company(25) as connection:
        yield connection


def tables(con: duckdb.DuckDBPyConnection) -> list[list[tuple]]:
    """Rows of both tables; the model's name tells which data it was made of, so it is left out."""
    return [
        con.execute(f"select columns(c -> c <> 'model_id') from scores.{name} order by all").fetchall()
        for name in ("sales_forecast", "forecast_ledger")
    ]


def test_levels_add_up_to_the_cent_and_the_past_is_what_core_says(con: duckdb.DuckDBPyConnection) -> None:
    (card,) = score(con, AS_OF)
    assert (card["status"], card["grade"]) == ("scored", "A"), card["facts"]
    sums = con.execute("""
        with levels as (select level, period_on, sum(forecast) as total from scores.sales_forecast group by all)
        select period_on, count(distinct total), count(*) from levels group by all order by 1""")
    assert sums.fetchall() == [(date(2025, m, 1), 1, 4) for m in (1, 2, 3)]
    wrong = con.execute("""
        select period_on, actual from scores.forecast_ledger where level = 'all'
        except
        select date_trunc('month', ordered_on), round(sum(line_amount_base), 2)
        from core.fct_order_lines group by 1""")
    assert wrong.fetchall() == []
    assert con.execute("select count(*) from scores.forecast_ledger where level = 'all'").fetchone() == (12,)
    outside = con.execute(
        "select count(*) from scores.sales_forecast where not forecast between low and high"
    ).fetchone()
    assert outside == (0,)


def test_neither_later_sales_nor_the_order_of_rows_change_anything(con: duckdb.DuckDBPyConnection) -> None:
    score(con, AS_OF)
    before = tables(con)
    con.execute("""create or replace table core.fct_order_lines as
        select * from core.fct_order_lines order by hash(line_id)""")
    con.execute("""insert into core.fct_order_lines
        select 'x' || i, 'o00', 'p0', false, date '2025-01-01' + i::integer, 9999 from range(90) as t(i)""")
    score(con, AS_OF)
    assert tables(con) == before


def test_cancelled_lines_do_not_count_and_an_unfinished_month_is_left_out(con: duckdb.DuckDBPyConnection) -> None:
    score(con, AS_OF)
    before = [[row[:9] for row in table] for table in tables(con)]
    con.execute("insert into core.fct_order_lines values ('c', 'o00', 'p0', true, '2024-11-10', 50000)")
    con.execute("insert into core.fct_order_lines values ('u', 'o00', 'p0', false, '2025-01-10', 50000)")
    score(con, date(2025, 1, 30))
    assert [row[3] for row in tables(con)[0]] == [row[3] for row in before[0]], "the same months are forecast"
    assert [row[7] for row in tables(con)[0]] == [row[7] for row in before[0]], "by the same amounts"


@pytest.mark.parametrize(("months", "unit"), [(10, "week"), (24, "month")])
def test_a_young_company_is_forecast_by_weeks(months: int, unit: str) -> None:
    with company(months) as con:
        score(con, AS_OF)
        assert con.execute("select distinct unit from scores.sales_forecast").fetchall() == [(unit,)]


def test_too_short_a_past_gives_empty_tables_and_a_card_that_says_why() -> None:
    with company(4) as con:
        (card,) = score(con, AS_OF)
        assert card["status"] == "abstained" and "periods of sales" in card["reason_en"] and card["reason_zh"]
        assert tables(con) == [[], []]


def past(bias: float, noise: float = 1.0) -> pd.DataFrame:
    """Twelve origins, one step each; every forecast is `bias` times what came, roughly."""
    rng = np.random.default_rng(0)
    months = pd.date_range("2023-01-01", periods=13, freq="MS")
    actual = 100 + noise * rng.normal(size=12)
    return pd.DataFrame({
        "level": ALL, "category": ALL, "channel_group": ALL, "origin": months[:-1], "period": months[1:], "step": 1,
        "actual": actual, "forecast": bias * 100, "naive": 100.0, "scale": 10.0, "method": "sum",
    })  # fmt: skip


FACTS = {"share_better_than_naive": 1.0, "coverage": {ALL: 0.8}, "methods": {"theta": 1}}


def test_a_forecast_that_is_always_too_high_is_corrected_and_one_that_is_not_is_left_alone() -> None:
    factor, facts = judged(ledger(past(1.5)), FACTS)
    assert 0.66 < factor < 0.8 and facts["error_share_corrected"] < 0.6 * facts["error_share"]
    assert judged(ledger(past(1.0)), FACTS)[0] == 1.0


def test_the_factor_of_an_origin_knows_only_what_was_known_there() -> None:
    made = past(1.5)
    changed = made.assign(actual=made["actual"].where(made["period"] <= "2023-06-01", 7777.0))
    first, second = (ledger(rows).set_index("origin_on")["correction"] for rows in (made, changed))
    assert first[: date(2023, 6, 1)].tolist() == second[: date(2023, 6, 1)].tolist()
    assert first.iloc[0] == 1.0 and (first.diff().iloc[1:] < 0).all()
    assert (first[date(2023, 7, 1) :] != second[date(2023, 7, 1) :]).all()
