"""Dates of the next purchase: every customer and category bought from, each category with its own rhythm."""

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from ml import purchase_timing
from ml.purchase_timing import REST, forecasts, grade_of, judged, reason
from tests.marts.company import AS_OF

DAY = date.fromisoformat(AS_OF)


def log(rhythms: dict[str, tuple[int, int]], seed: int = 1) -> pd.DataFrame:
    """Purchases until as_of; category -> (customers, middle gap in days). Gaps of a category are alike."""
    rng, rows = np.random.default_rng(seed), []
    for category, (customers, gap) in rhythms.items():
        for customer in range(customers):
            day = DAY - timedelta(days=int(rng.integers(200, 300)))
            while day <= DAY:
                rows.append((f"c{customer:03}", category, pd.Timestamp(day)))
                day += timedelta(days=max(1, round(gap * float(np.exp(rng.normal(0, 0.2))))))
    return pd.DataFrame(rows, columns=["customer_id", "category", "order_date"])


def test_each_category_has_its_own_rhythm_and_a_small_one_that_of_all_together() -> None:
    found = {name: rows for name, _, rows in forecasts(log({"all": (40, 9), "tea": (40, 10), "pots": (40, 60),
                                                            "rugs": (3, 30)}), DAY)}  # fmt: skip
    middle = {name: float(rows["usual_gap_days"].median()) for name, rows in found.items()}
    assert [middle["tea"], middle["pots"]] == [pytest.approx(10, rel=0.1), pytest.approx(60, rel=0.1)]
    assert set(found[REST]["category"]) == {"rugs"} and len(found[REST]) == 3
    assert 10 < middle[REST] < 60


def test_every_customer_has_a_row_over_all_and_one_for_each_category_bought_from(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute("begin")
    (card,) = purchase_timing.score(con, DAY)
    facts = "select customer_id, category, last_purchase_on, gap_count from scores.next_purchase order by all"
    found = con.execute(facts).fetchall()
    wrong = con.execute("""
        select count(*) from scores.next_purchase where status <> 'scored' or next_purchase_low_on <= as_of
            or next_purchase_on not between next_purchase_low_on and next_purchase_high_on
            or reason_en is null or reason_zh is null or not contains(reason_en, last_purchase_on::varchar)
            or is_overdue <> contains(reason_en, 'overdue') or is_overdue <> contains(reason_zh, '逾期')""").fetchall()
    con.execute("rollback")
    wanted = con.execute("""
        with bought as (
            select o.customer_id, d.category_name as category, o.ordered_on
            from core.fct_orders as o inner join core.fct_order_lines as l on o.order_id = l.order_id
            inner join core.dim_products as d on l.product_id = d.product_id
            where o.customer_id is not null and not o.is_cancelled and o.positive_line_count > 0 and l.quantity > 0)
        select customer_id, category, max(ordered_on) from bought where category is not null group by all
        union all select customer_id, 'all', max(ordered_on) from bought group by all order by all""").fetchall()
    assert [row[:3] for row in found] == wanted
    days = con.execute("""
        select customer_id, count(distinct ordered_on) - 1 from core.fct_orders
        where customer_id is not null and not is_cancelled and positive_line_count > 0
        group by all order by all""").fetchall()
    assert [(row[0], row[3]) for row in found if row[1] == "all"] == days
    assert wrong == [(0,)]
    assert card["facts"]["all window 1 customers"] > 500


def test_reasons_are_sentences_in_both_languages() -> None:
    row = {"gap_count": 4, "usual_gap_days": 30.6, "last_purchase_on": pd.Timestamp("2026-06-01"), "is_overdue": False}
    assert reason(row) == (
        "Buys about every 31 days (4 gaps), last on 2026-06-01",
        "约每 31 天购买一次（4 个间隔），最近一次为 2026-06-01",
    )
    once, late = reason(row | {"gap_count": 0}), reason(row | {"gap_count": 1, "is_overdue": True})
    assert once[0] == "Bought once, on 2026-06-01; those who come back do so after about 31 days"
    assert late[0].endswith("(1 gap), last on 2026-06-01; overdue: nine in ten such gaps are shorter")
    assert late[1].endswith("；已逾期，九成此类间隔更短")


def test_a_grade_is_earned_by_dates_that_are_surely_nearer_than_the_own_mean_gap() -> None:
    won, lost = {"gain_low": 0.5}, {"gain_low": -0.5}
    assert [grade_of(w) for w in ([won, won], [won, lost], [won], [lost, won], [])] == ["A", "B", "B", "C", "C"]


def test_a_back_test_asks_only_of_days_after_its_cut() -> None:
    """Purchases after both windows were scrambled away: the older window's figures are the same."""
    purchases = log({"all": (60, 20)})
    newest, older = judged(purchases, DAY)
    cut = pd.Timestamp(DAY) - pd.Timedelta(days=90)
    without = judged(purchases[purchases["order_date"] <= cut], DAY)
    assert without[1] == older
    assert without[0]["bought_share"] == 0 < newest["bought_share"]
