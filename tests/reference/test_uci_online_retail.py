"""UCI Online Retail through its worked feed: the published figures, to the cent (F-35)."""

import re
from collections import defaultdict
from decimal import Decimal

import pytest

from orchestration.ingestion.feeds import load_feed
from tests.reference.feeds import EXAMPLES, totals, warehouse


@pytest.fixture(scope="module")
def year(reference_data, tmp_path_factory):
    """All 305 days, put together to months, because a transaction a day would take most of the time."""
    folder = tmp_path_factory.mktemp("online_retail")
    days = sorted((reference_data / "uci_online_retail" / "by-day").glob("*.csv"))
    assert len(days) == 305
    months = defaultdict(list)
    for day in days:
        months[day.name[:7]].append(day)
    (folder / "by-day").mkdir()
    for files in months.values():
        parts = [files[0].read_bytes(), *(file.read_bytes().split(b"\n", 1)[1] for file in files[1:])]
        (folder / "by-day" / files[0].name).write_bytes(b"".join(parts))
    with warehouse(folder / "home", UCI_ONLINE_RETAIL=folder) as (con, take):
        yield con, take("uci_online_retail", "order_lines", "returns", "orders")


def one(con, sql):
    return con.execute(sql).fetchone()


def test_every_line_is_accounted_for(year):
    con, results = year
    assert totals(results) == {
        "order_lines": (532_621, 532_621, 0, 0),
        "returns": (9_288, 9_288, 0, 0),
        "orders": (532_621, 532_621, 0, 0),
    }
    assert one(con, "select (select count(*) from raw.order_lines) + (select count(*) from raw.returns)") == (541_909,)
    assert one(con, "select count(*) from ops.quarantine") == (0,)


def test_lines_less_returns_are_the_published_net_value(year):
    con, _ = year
    lines, typed = one(
        con, "select sum(quantity * unit_price), typeof(sum(quantity * unit_price)) from raw.order_lines"
    )
    returns = one(con, "select sum(amount) from raw.returns")[0]
    assert "DECIMAL" in typed
    assert (lines, returns) == (Decimal("10644560.424"), Decimal("896812.49"))
    assert lines - returns == Decimal("9747747.934")


def test_lines_without_customer_stay(year):
    con, _ = year
    sql = """select (select count(*) from raw.orders where customer_ref is null)
        + (select count(*) from raw.returns where customer_ref is null)"""
    assert one(con, sql) == (135_080,)


def test_customers_are_known_by_their_number(year):
    con, _ = year
    sql = """with known as (select customer_ref from raw.orders union select customer_ref from raw.returns)
        select count(customer_ref), count(*) filter (where regexp_full_match(customer_ref, '[0-9]{5}')) from known"""
    assert one(con, sql) == (4_372, 4_372)


def test_the_clean_customers_are_the_published_ones(year):
    con, _ = year
    sql = """with known as (select order_ref, any_value(customer_ref) as customer_ref from raw.orders group by 1)
        select count(distinct customer_ref), count(*), sum(quantity * unit_price)
        from raw.order_lines join known using (order_ref)
        where customer_ref is not null and quantity > 0 and unit_price > 0"""
    assert one(con, sql) == (4_338, 397_884, Decimal("8911407.904"))


def test_returns_are_positive_and_bad_debt_is_an_adjustment(year):
    con, _ = year
    assert one(con, "select min(quantity), count(*) filter (where amount < 0) from raw.returns") == (
        Decimal("1.0000"),
        0,
    )
    debt = con.execute(
        "select line_kind, unit_price from raw.order_lines where order_ref like 'A%' order by 2"
    ).fetchall()
    assert debt == [("adjustment", Decimal(p)) for p in ("-11062.06", "-11062.06", "11062.06")]


def test_postage_fees_gifts_and_adjustments_are_no_products(year):
    con, _ = year
    sql = "select line_kind, count(*), sum(quantity * unit_price) from raw.order_lines group by 1 order by 1"
    counted = {kind: n for kind, n, _ in con.execute(sql).fetchall()}
    assert counted == {"adjustment": 2_797, "fee": 14, "gift": 68, "product": 527_761, "shipping": 1_981}
    codes = (
        "select distinct line_kind from raw.order_lines where product_ref in ('POST', 'DOT', 'C2') and unit_price <> 0"
    )
    assert con.execute(codes).fetchall() == [("shipping",)]


def test_exact_repetitions_are_kept(year):
    con, _ = year
    line = "order_ref, product_ref, description, line_kind, quantity, unit_price, ordered_at"
    back = "return_ref, product_ref, description, customer_ref, quantity, amount, returned_at"
    sql = """select (select count(*) - count(distinct ({})) from raw.order_lines)
        + (select count(*) - count(distinct ({})) from raw.returns)"""
    nulls_kept = [re.sub(r"\w+", lambda m: f"coalesce({m[0]}::varchar, '')", columns) for columns in (line, back)]
    assert one(con, sql.format(*nulls_kept)) == (5_268,)


def test_invoice_times_are_london_times_in_utc(year):
    con, _ = year
    sql = "select ordered_at, _zone from raw.order_lines where order_ref = '{}' limit 1"
    assert str(one(con, sql.format("536365"))[0]) == "2010-12-01 08:26:00", "winter"
    summer = one(con, "select min(ordered_at) from raw.order_lines where ordered_at >= '2011-07-01'")[0]
    assert str(summer) == "2011-07-01 07:16:00", "08:16 on the till's clock"


def test_both_feeds_map_a_line_to_the_same_values():
    names = {"Invoice": "InvoiceNo", "Price": "UnitPrice", '"Customer ID"': "CustomerID"}
    spelled = re.compile(r'"Customer ID"|\bInvoice\b|\bPrice\b')
    first, second = (load_feed(EXAMPLES / f"{name}.yml") for name in ("uci_online_retail", "uci_online_retail_ii"))

    def plain(text: str) -> str:
        found = spelled.sub(lambda m: names[m[0]], text)
        return found[1:-1] if found.startswith("(") else found

    for stream, (route,) in first.streams.items():
        (other,) = second.streams[stream]
        assert {c: plain(e) for c, e in other.map.items()} == route.map
        assert plain(other.where) == route.where
    assert (first.system, first.timezone, first.currency) == (second.system, second.timezone, second.currency)
