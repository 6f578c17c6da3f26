"""The marts over UCI Online Retail give the published figures; no money is lost between lines, days and customers."""

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.dbt.project import Dbt, Raw

LINEAGE = "_system, _delivery_id, _record_no, _version_at, _loaded_at, _zone"
STAMPS = "'uci', 'd1', n, sold_at, timestamp '2025-01-01', 'Europe/London'"
FIRST_STAMPS = "'uci', 'd1', min(n), min(sold_at), timestamp '2025-01-01', 'Europe/London'"
FILLS = {
    "order_lines": (
        "order_ref, product_ref, quantity, unit_price, currency, ordered_at",
        f"select InvoiceNo, StockCode, quantity, price, 'GBP', sold_at, {STAMPS} from lines where not is_return",
    ),
    "returns": (
        "return_ref, customer_ref, product_ref, quantity, amount, currency, returned_at",
        "select InvoiceNo, customer, StockCode, -quantity, -(quantity * price), 'GBP', sold_at,"
        f" {STAMPS} from lines where is_return",
    ),
    "orders": (
        "order_ref, customer_ref, currency, ordered_at",
        f"select InvoiceNo, max(customer), 'GBP', min(sold_at), {FIRST_STAMPS}"
        " from lines where not is_return group by InvoiceNo",
    ),
    "customers": (
        "customer_ref",
        f"select customer, {FIRST_STAMPS} from lines where customer is not null group by customer",
    ),
}


@pytest.fixture(scope="module")
def retail(dbt: Dbt, reference_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Raw:
    """Raw filled without a feed, because only the models are under test; then every model built."""
    raw = Raw(tmp_path_factory.mktemp("retail") / "work.duckdb")
    with duckdb.connect(str(raw.path)) as con:
        con.execute(f"""
            create temp table lines as
            select
                InvoiceNo, StockCode, cast(Quantity as decimal(18, 4)) as quantity,
                cast(UnitPrice as decimal(18, 4)) as price, cast(InvoiceDate as timestamp) as sold_at,
                nullif(split_part(CustomerID, '.', 1), '') as customer,
                InvoiceNo like 'C%' as is_return, row_number() over () as n
            from read_csv('{reference_data}/uci_online_retail/by-day/*.csv', all_varchar = true, header = true)""")
        for stream, (columns, query) in FILLS.items():
            con.execute(f"insert into raw.{stream} ({columns}, {LINEAGE}) {query}")
    dbt.run(raw.path, "+path:models/marts", "+path:models/core", as_of="2011-12-09")
    return raw


def test_net_value_is_the_published_one_on_every_way_to_it(retail: Raw) -> None:
    published = Decimal("9747747.93")
    ways = retail.query("""
        select round((select sum(line_amount_base) from core.fct_order_lines)
            - (select sum(deducted_base) from core.fct_returns), 2)
        union all select round(sum(net_base), 2) from marts.daily_sales
        union all select round((select sum(net_base) from core.fct_orders)
            - (select sum(deducted_base) from core.fct_returns), 2)
        union all select round((select sum(net_base) from marts.dim_customers)
            + (select sum(sales_base) from core.fct_orders where customer_id is null)
            - coalesce((select sum(deducted_base) from core.fct_returns where customer_id is null), 0), 2)""")
    assert [way for (way,) in ways] == [published] * 4


def test_rfm_holds_the_clean_customers_with_their_orders_and_gross_value(retail: Raw) -> None:
    figures = retail.query("select count(*), sum(f_count), round(sum(m_gross), 2) from marts.customer_rfm")
    assert figures == [(4338, 18532, Decimal("8911407.90"))]


def test_every_customer_has_one_row_and_anonymous_lines_make_none(retail: Raw) -> None:
    assert retail.query("select count(*), count(distinct customer_id) from marts.dim_customers") == [(4372, 4372)]
    lines = retail.query("""
        select count(*) filter (where o.customer_id is null)
            + (select count(*) from core.fct_returns where customer_id is null)
        from core.fct_order_lines l join core.fct_orders o using (order_id)""")
    assert lines == [(135_080,)]


def test_the_anonymous_lines_are_carried_as_coverage(retail: Raw) -> None:
    """S030: 18,532 purchases of 4,338 people are known; the others widen every customer figure."""
    rows = retail.query("""
        select kpi, value, lower_bound, upper_bound, linked_order_count, unlinked_order_count,
            unlinked_line_count + unlinked_return_count
        from marts.customer_kpi_coverage where channel_group = 'all'""")
    figures = {kpi: rest for kpi, *rest in rows}
    assert {lines for *_, lines in figures.values()} == {135_080}
    value, low, high, linked, unlinked, _ = figures["customers"]
    assert (value, low, high, linked) == (4338, 4338, 4338 + unlinked, 18532)
    assert unlinked > 0
    value, low, high, *_ = figures["orders_per_customer"]
    assert low < round(Decimal(18532) / 4338, 6) == value < high


def test_all_lines_are_accounted_and_equal_lines_of_one_delivery_stay(retail: Raw) -> None:
    accounted = retail.query(
        "select sum(raw_rows), sum(kept_rows) from marts.row_accounting where stream in ('order_lines', 'returns')"
    )
    assert accounted == [(541_909, 541_909)]


def test_classes_curve_and_segments_are_those_of_the_set(retail: Raw) -> None:
    """With them, every pound: 9,747,747.93 in the classes of customers, and in those of products."""
    classes = retail.query("""
        select entity_kind, abc_class, count(*), round(sum(net_base), 2)
        from marts.abc_classes group by 1, 2 order by 1, 2""")
    assert classes == [
        ("customer", "A", 1178, Decimal("6651083.58")),
        ("customer", "B", 1456, Decimal("1246929.52")),
        ("customer", "C", 1737, Decimal("402052.71")),
        ("customer", "unlinked", 1, Decimal("1447682.12")),
        ("product", "A", 824, Decimal("8060020.60")),
        ("product", "B", 981, Decimal("1509562.23")),
        ("product", "C", 2265, Decimal("178165.10")),
    ]
    curve = retail.query("""
        select customer_percent, cumulative_count, cumulative_share from marts.pareto_curve
        where basis = 'net_sales' and customer_percent in (1, 20) order by 1""")
    assert curve == [(1, 43, Decimal("0.296759")), (20, 867, Decimal("0.735613"))]
    best = retail.query("""
        select count(*), round(sum(m_total), 2) from marts.customer_rfm where rfm_segment = 'important_value'""")
    assert best == [(710, Decimal("5530209.76"))]


def test_hughes_cells_of_the_set_are_equal_and_every_twentieth_name_is_drawn(retail: Raw) -> None:
    cells = "select count(*), min(customer_count), max(customer_count), sum(test_name_count) from marts.hughes_cells"
    assert retail.query(cells) == [(125, 34, 35, 216)]
