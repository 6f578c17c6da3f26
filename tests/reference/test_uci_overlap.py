"""Two deliveries of one system that overlap: the lines they share are the same in every column (F-49)."""

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from orchestration.contract import streams
from tests.reference.feeds import totals, warehouse

SHARED = ("2010-12-01", "2010-12-10")


@pytest.fixture(scope="module")
def both(reference_data, tmp_path_factory):
    """The nine shared days as the daily files, and the older file from the last days of November on."""
    folder = tmp_path_factory.mktemp("overlap")
    (folder / "first" / "by-day").mkdir(parents=True)
    for file in (reference_data / "uci_online_retail" / "by-day").glob("2010-12-0*.csv"):
        (folder / "first" / "by-day" / file.name).write_bytes(file.read_bytes())
    (folder / "second").mkdir()
    (older,) = (reference_data / "uci_online_retail_ii").glob("*.parquet")
    table = pq.read_table(older)
    recent = table.filter(pc.greater_equal(table["InvoiceDate"], "2010-11-29"))
    pq.write_table(recent, folder / "second" / older.name)
    places = {"UCI_ONLINE_RETAIL": folder / "first", "UCI_ONLINE_RETAIL_II": folder / "second"}
    with warehouse(folder / "home", **places) as (con, take):
        yield con, take("uci_online_retail"), take("uci_online_retail_ii"), recent.num_rows


def shared(con, stream: str, time: str) -> list[int]:
    """Lines of the shared days: in the first delivery, in the second, and in both by content and occurrence."""
    content = ", ".join(streams()[stream].columns)
    return con.execute(
        f"""with lines as (
            select {content}, d.feed, row_number() over (partition by d.feed, {content}) as occurrence
            from raw.{stream} r
            join (select distinct delivery_id, feed from ops.deliveries) d on r._delivery_id = d.delivery_id
            where {time} >= '{SHARED[0]}' and {time} < '{SHARED[1]}'
        ), first as (select * exclude (feed) from lines where feed = 'uci_online_retail'),
        second as (select * exclude (feed) from lines where feed = 'uci_online_retail_ii')
        select (select count(*) from first), (select count(*) from second),
            (select count(*) from (select * from first intersect select * from second))"""
    ).fetchone()


def test_the_shared_lines_are_equal_in_every_column(both):
    con, _, _, _ = both
    lines, returns = shared(con, "order_lines", "ordered_at"), shared(con, "returns", "returned_at")
    assert (lines, returns) == ((22_194,) * 3, (329,) * 3)
    assert lines[2] + returns[2] == 22_523


def test_every_record_of_both_is_accounted_for(both):
    _, first, second, records = both
    for results, expected in ((first, 22_523), (second, records)):
        counted = totals(results)
        assert counted["order_lines"][0] + counted["returns"][0] == expected
        assert all(quarantined == rejected == 0 for _, _, quarantined, rejected in counted.values())


def test_products_are_named_by_priced_lines_only(both):
    con, _, _, _ = both
    sql = """select count(distinct product_ref) from raw.order_lines
        where line_kind = 'product' and product_ref not in (select product_ref from raw.products)"""
    assert con.execute(sql).fetchone() == (0,), "every product that was sold has a name"
    assert con.execute("select count(*) from raw.products where name is null or list_price <= 0").fetchone() == (0,)


def test_customers_of_both_are_the_same_people(both):
    con, _, _, _ = both
    sql = """select count(*) filter (where not regexp_full_match(customer_ref, '[0-9]{5}') or country is null),
        count(distinct customer_ref) < count(*) from raw.customers"""
    assert con.execute(sql).fetchone() == (0, True)
