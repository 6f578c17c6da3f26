"""Order lines without a number: equal lines of one delivery stay, the same line of two deliveries counts once (R4)."""

from datetime import datetime

from tests.dbt.project import Dbt, Raw

SOLD = datetime(2024, 3, 1, 12)


def line(product: str, order: str = "o1", **changes: object) -> dict:
    return {"order_ref": order, "product_ref": product, "quantity": 1, "unit_price": 5, "currency": "GBP"} | changes


def lines_of(raw: Raw, system: str) -> list[tuple]:
    return raw.query(
        "select order_ref, product_ref, line_occurrence, line_ref from staging.stg_sales__order_lines"
        f" where system = '{system}' order by all"
    )


def test_deliveries_in_any_shape_give_the_same_lines(dbt: Dbt, raw: Raw) -> None:
    """Whole, twice, shuffled, by order, overlapping: the same line names, so the same rows everywhere downstream."""
    first = [line("A"), line("A"), line("A", unit_price=4), line("B")]
    second = [line("A", "o2"), line("A", "o2"), line("A", "o2")]
    deliveries = {
        "whole": [first + second],
        "twice": [first + second, first + second],
        "shuffled": [second[::-1] + first[::-1]],
        "by_order": [second, first],
        "overlapping": [first, first + second, second],
    }
    for system, parts in deliveries.items():
        for no, part in enumerate(parts):
            raw.add("order_lines", [row | {"_system": system, "_delivery_id": f"{system}{no}"} for row in part])
    dbt.run(raw.path, "+stg_sales__order_lines", "+stg_row_accounting")
    whole = lines_of(raw, "whole")
    assert [row[:3] for row in whole] == [
        ("o1", "A", 1), ("o1", "A", 1), ("o1", "A", 2), ("o1", "B", 1),
        ("o2", "A", 1), ("o2", "A", 2), ("o2", "A", 3),
    ]  # fmt: skip
    assert len({row[0] + row[3] for row in whole}) == 7
    for system in deliveries:
        assert lines_of(raw, system) == whole, system
    counted = {
        system: counts
        for system, *counts in raw.query(
            "select system, raw_rows, kept_rows, duplicate_rows, equal_lines_kept"
            " from staging.stg_row_accounting where stream = 'order_lines'"
        )
    }
    assert counted["twice"] == [14, 7, 7, 3]
    assert counted["overlapping"] == [14, 7, 7, 3]
    assert counted["whole"] == [7, 7, 0, 3]


def test_equal_lines_of_one_order_split_over_files_count_as_often_as_the_fullest_file_says(dbt: Dbt, raw: Raw) -> None:
    """Nothing tells such a split from an overlap; the rule never counts a line that no single delivery shows."""
    raw.add("order_lines", [line("A"), line("A")])
    raw.add("order_lines", [line("A", _delivery_id="d2")])
    dbt.run(raw.path, "+stg_sales__order_lines")
    assert [row[2] for row in lines_of(raw, "shop")] == [1, 2]


def test_a_numbered_line_takes_its_newest_version_beside_lines_without_number(dbt: Dbt, raw: Raw) -> None:
    numbered = [line("A", line_ref="1", quantity=q, updated_at=datetime(2024, 3, d)) for q, d in ((3, 4), (2, 3))]
    raw.add("order_lines", [*numbered, line("A")])
    dbt.run(raw.path, "+stg_sales__order_lines")
    rows = raw.query("select quantity, _delivered_rows from staging.stg_sales__order_lines order by 1")
    assert rows == [(1, 1), (3, 2)]


def test_a_line_takes_day_and_currency_from_its_order_and_goes_with_it(dbt: Dbt, raw: Raw) -> None:
    """Lines of an order after as_of are left out even when they carry no time; an orphan line stays (F-60)."""
    orders = [("o1", SOLD), ("later", datetime(2025, 1, 1, 8))]
    raw.add("orders", [{"order_ref": ref, "ordered_at": at, "currency": "gbp "} for ref, at in orders])
    raw.add("order_lines", [line("A", ref, line_ref="1", currency=None) for ref in ("o1", "later", "orphan")])
    dbt.run(raw.path, "+stg_sales__order_lines", "+stg_row_accounting", as_of="2024-12-31")
    rows = raw.query(
        "select order_ref, ordered_at, ordered_on, currency, unit_price_base"
        " from staging.stg_sales__order_lines order by all"
    )
    assert rows == [("o1", SOLD, SOLD.date(), "GBP", 5), ("orphan", None, None, None, None)]
    later = raw.query("select later_rows from staging.stg_row_accounting where stream = 'order_lines'")
    assert later == [(1,)]
