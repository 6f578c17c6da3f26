"""Companies that lack what analysis likes to have: every public mart builds and gives a defined answer for each."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.project import Dbt, Raw

DAY = datetime(2024, 6, 1, 10)


def sell(raw: Raw, count: int, price: int, cost: int | None = None, currencies: tuple[str, ...] = ("GBP",)) -> None:
    """`count` customers who bought one of the same lamp in the same minute, in turn in each of the currencies."""
    raw.add("customers", [{"customer_ref": f"c{n}", "email": f"c{n}@lane.example"} for n in range(count)])
    raw.add("products", [{"product_ref": "lamp", "name": "Lamp", "category_path": "Lamps"}])
    heads = [
        {"order_ref": f"o{n}", "currency": currencies[n % len(currencies)], "ordered_at": DAY} for n in range(count)
    ]
    raw.add("orders", [{**head, "customer_ref": f"c{n}", "channel": "store"} for n, head in enumerate(heads)])
    raw.add("order_lines", [
        {**head, "line_ref": "1", "product_ref": "lamp", "quantity": 1, "unit_price": price, "unit_cost": cost}
        for head in heads
    ])  # fmt: skip


def one_customer(raw: Raw) -> None:
    """One person, one order, one category; no web, no costs, no service."""
    sell(raw, 1, price=20)


def ties_and_losses(raw: Raw) -> None:
    """Twelve people alike in everything, who bought below cost."""
    sell(raw, 12, price=10, cost=14)


def only_refunds(raw: Raw) -> None:
    """Nothing sold that anybody knows of: goods come back, people visit, write and are advertised to."""
    raw.add("customers", [{"customer_ref": f"c{n}", "email": f"c{n}@lane.example"} for n in range(3)])
    raw.add("returns", [
        {"return_ref": f"r{n}", "customer_ref": f"c{n}", "amount": 5, "currency": "GBP", "returned_at": DAY}
        for n in range(3)
    ])  # fmt: skip
    raw.add("tickets", [
        {"ticket_ref": "t", "customer_ref": "c0", "ticket_kind": "complaint", "text": "broken", "opened_at": DAY}
    ])  # fmt: skip
    raw.add("surveys", [
        {"response_ref": "s", "survey_kind": "nps", "item": "nps", "score": 3, "scale_min": 0, "scale_max": 10,
         "customer_ref": "c0", "answered_at": DAY}
    ])  # fmt: skip
    raw.add("events", [
        {"event_ref": f"e{n}", "visitor_ref": "v", "user_ref": "c0", "event_type": "page_view", "utm_source": "ads",
         "utm_medium": "cpc", "occurred_at": DAY + timedelta(minutes=n)} for n in range(3)
    ])  # fmt: skip
    raw.add("ad_spend", [
        {"spend_on": DAY.date(), "utm_source": "ads", "utm_medium": "cpc", "cost_amount": 7, "currency": "GBP"}
    ])  # fmt: skip


def missing_rate(raw: Raw) -> None:
    """Pounds, euros with a rate and yen without one."""
    sell(raw, 3, price=10, cost=4, currencies=("GBP", "EUR", "JPY"))
    raw.add(
        "fx_rates", [{"currency": "EUR", "base_currency": "GBP", "valid_on": date(2024, 1, 1), "rate": Decimal("0.8")}]
    )


COMPANIES: dict[str, Callable[[Raw], None]] = {
    company.__name__: company for company in (one_customer, ties_and_losses, only_refunds, missing_rate)
}
built: dict[str, Raw] = {}


@pytest.fixture(scope="module", params=COMPANIES)
def each(request: pytest.FixtureRequest, dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Raw:
    return build(request.param, dbt, tmp_path_factory)


@pytest.fixture(scope="module")
def of(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Raw]]:
    yield lambda name: build(name, dbt, tmp_path_factory)
    built.clear()


def build(name: str, dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Raw:
    """A company's warehouse, every model of it, made once; an error of any model fails it."""
    if name not in built:
        raw = Raw(Path(tmp_path_factory.mktemp(name)) / "work.duckdb")
        COMPANIES[name](raw)
        dbt.run(raw.path, "*")
        built[name] = raw
    return built[name]


def columns(raw: Raw, kind: str) -> list[tuple[Any, ...]]:
    return raw.query(
        "select table_schema || '.' || table_name, column_name from information_schema.columns "
        f"where table_schema in ('core', 'marts') and data_type = '{kind}' order by all"
    )


def test_no_mart_has_a_number_that_is_none(each: Raw) -> None:
    """Neither NaN nor infinity, in any column of any mart."""
    doubles = columns(each, "DOUBLE")
    checks = " union all ".join(
        f"select '{table}.{column}', count(*) from {table} where isnan({column}) or isinf({column})"
        for table, column in doubles
    )
    assert doubles and [row for row in each.query(checks) if row[1]] == []


def test_nothing_is_an_opportunity_or_a_problem_without_evidence(each: Raw) -> None:
    found = {row[0] for row in each.query("select rule from marts.insights")}
    assert found <= {"unconvertible_orders"}


def test_one_customer_is_the_whole_company(of: Callable[[str], Raw]) -> None:
    one = of("one_customer")
    assert one.query("select r_days, f_count, m_total, r_score, f_score, m_score from marts.customer_rfm") == [
        (213, 1, 20, 1, 1, 1)
    ]
    assert one.query("select abc_class, cumulative_share from marts.abc_classes") == [("A", 1), ("A", 1)]
    assert one.query(
        "select distinct basis, customer_percent, cumulative_share from marts.pareto_curve order by 1"
    ) == [
        ("contribution", 100, 1),
        ("net_sales", 100, 1),
    ]


def test_costs_that_nobody_delivered_are_unknown_and_not_zero(of: Callable[[str], Raw]) -> None:
    one = of("one_customer")
    assert one.query("select margin_base, costed_sales_base from marts.product_sales") == [(None, None)]
    assert one.query("select distinct known_cost_base, contribution_basis from marts.customer_contribution") == [
        (None, "before_cost_of_goods")
    ]
    assert one.query("select cost_base, cac_base, roas from marts.channel_performance") == [(None, None, None)]


def test_one_purchase_says_nothing_of_a_rhythm_or_a_lifetime(of: Callable[[str], Raw]) -> None:
    one = of("one_customer")
    assert one.query("select distinct cycle_days, cycle_state from marts.purchase_cycles") == [(None, "unknown")]
    assert one.query("select clv_revenue_base, lifespan_basis from marts.customer_lifetime_value") == [
        (None, "unknown")
    ]
    assert one.query("select count(*) from marts.voice_scores where not is_suppressed") == [(0,)]


def test_without_web_every_rule_credits_the_whole_revenue_to_where_it_was_sold(of: Callable[[str], Raw]) -> None:
    rows = of("one_customer").query("select channel_group, basis, revenue_base from marts.channel_attribution")
    assert rows == [("store", "no_touch", 20)] * 6
    for table in ("web_paths", "web_transitions", "conversion_touchpoints", "channel_removal_effects"):
        assert of("one_customer").query(f"select count(*) from marts.{table}") == [(0,)], table


def test_customers_alike_in_everything_are_scored_alike(of: Callable[[str], Raw]) -> None:
    ties = of("ties_and_losses")
    assert ties.query("select distinct r_score, f_score, m_score, rfm_segment from marts.customer_rfm") == [
        (1, 1, 1, "general_winback")
    ]
    assert ties.query("select count(*), count(distinct customer_id) from marts.customer_rfm") == [(12, 12)]
    assert (
        len(ties.query("select distinct value_level, potential_level, loyalty_level from marts.customer_scores")) == 1
    )


def test_losses_stay_losses(of: Callable[[str], Raw]) -> None:
    """Twelve lamps for 10 that cost 14: sales 120, contribution -48, in every scheme of the pyramid."""
    ties = of("ties_and_losses")
    assert ties.query("select sum(net_base), sum(margin_base) from marts.product_sales") == [(120, -48)]
    assert ties.query("select sum(contribution_base) from marts.customer_contribution where span = 'all_time'") == [
        (-48,)
    ]
    sums = ties.query(
        "select scheme, sum(net_base), sum(contribution_base) from marts.profit_pyramid group by 1 order by 1"
    )
    assert sums == [("four_tier", 120, -48), ("two_tier", 120, -48)]


def test_refunds_alone_are_negative_sales_of_nobody_who_buys(of: Callable[[str], Raw]) -> None:
    refunds = of("only_refunds")
    assert refunds.query(
        "select sum(order_count), sum(sales_base), sum(returns_base), sum(net_base) from marts.daily_sales"
    ) == [(0, 0, 15, -15)]
    assert refunds.query("select distinct net_base from marts.dim_customers") == [(-5,)]
    for table in (
        "customer_rfm",
        "customer_lifetime_value",
        "cohort_retention",
        "basket_rules",
        "sales_funnel",
        "rfm_ledger",
    ):
        assert refunds.query(f"select count(*) from marts.{table}") == [(0,)], table


def test_spend_without_a_sale_has_no_cost_per_customer(of: Callable[[str], Raw]) -> None:
    rows = of("only_refunds").query(
        "select sum(cost_base), sum(acquired_count), max(cac_base) from marts.channel_performance"
    )
    assert rows == [(7, 0, None)]


def test_an_amount_without_a_rate_is_unknown_and_counted(of: Callable[[str], Raw]) -> None:
    """Ten pounds, ten euros at 0.8, ten yen."""
    rates = of("missing_rate")
    assert rates.query("select currency, sales_base from core.fct_orders order by currency") == [
        ("EUR", 8),
        ("GBP", 10),
        ("JPY", 0),  # left out of the sums and counted below
    ]
    assert rates.query("select sum(sales_base), sum(unconvertible_order_count) from marts.daily_sales") == [(18, 1)]
    assert rates.query("select insight_id, size_base from marts.insights") == [
        ("unconvertible_orders:shop", Decimal(9))
    ]


def test_one_category_goes_with_nothing_and_no_open_deal_is_expected_to_be_won(of: Callable[[str], Raw]) -> None:
    for table in ("cross_shop", "sales_outlook"):
        assert of("ties_and_losses").query(f"select count(*) from marts.{table}") == [(0,)], table


def test_one_customer_enters_segments_once_and_stays(of: Callable[[str], Raw]) -> None:
    rows = of("one_customer").query(
        "select segmentation, segment, valid_from, valid_to, is_current from marts.segment_ledger order by 1"
    )
    entered = date(2024, 6, 30)  # the end of the quarter of the only purchase
    assert rows == [
        ("buying", "occasional", entered, None, True),
        ("channel", "store", entered, None, True),
        ("spending", "lower_half", entered, None, True),
    ]


def test_without_a_purchase_nobody_is_in_a_segment_of_buyers(of: Callable[[str], Raw]) -> None:
    found = of("only_refunds").query(
        "select distinct segmentation, segment from marts.segment_ledger where segmentation in ('buying', 'spending')"
    )
    assert {segmentation for segmentation, _ in found} <= {"buying"}
    assert {segment for _, segment in found} <= {"potential", "known"}
