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
