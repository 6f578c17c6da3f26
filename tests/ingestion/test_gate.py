"""Routes, expressions and accounting of the gate, against hand-made deliveries and against a plain Python oracle."""

import json
import weakref
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from orchestration.ingestion import ingest
from orchestration.ingestion.model import BadRecord, Chunk
from orchestration.ingestion.prefetch import prefetched
from orchestration.ingestion.tidy import tidy_columns
from orchestration.ingestion.verify import verify
from tests.ingestion.warehouse import LINES_FEED, Warehouse

ROUTED = """
    feed: till
    system: till
    source: {type: files, path: "in/*.csv"}
    currency: GBP
    streams:
      orders:
        where: kind = 'sale'
        map:
          order_ref: receipt
          ordered_at: sold_at
          total_amount: cast(qty as integer) * cast(price as decimal(18,2))
      order_lines:
        where: kind in ('sale', 'gift')
        map: {order_ref: receipt, quantity: qty, unit_price: price, ordered_at: sold_at}
      returns:
        where: kind = 'return'
        map: {return_ref: receipt, amount: "-cast(qty as integer) * cast(price as decimal(18,2))", returned_at: sold_at}
"""
RECORDS = (
    "kind,receipt,qty,price,sold_at",
    "sale,1,2,3.50,2024-01-01 10:00:00",
    "gift,1,1,0.00,2024-01-01 10:00:00",
    "return,2,-1,3.50,2024-01-02 10:00:00",
    "sale,3,two,3.50,2024-01-03 10:00:00",  # orders: the expression fails; order_lines: not a number
    "sale,4,1,3.50,yesterday",  # not a time for both
    "note,5,,,2024-01-01 10:00:00",  # no route
    ",6,,,2024-01-01 10:00:00",  # no route: the condition is not true
    "sale,7",  # no record at all
)


@pytest.fixture
def till(home: Path) -> Warehouse:
    warehouse = Warehouse(home)
    warehouse.feed(ROUTED)
    warehouse.deliver("a.csv", "\n".join(RECORDS) + "\n")
    warehouse.run()
    return warehouse


def test_each_record_goes_to_every_route_that_takes_it_and_is_counted_there(till: Warehouse) -> None:
    assert till.accounts() == {
        "orders": (3, 1, 2, 0),
        "order_lines": (4, 2, 2, 0),
        "returns": (1, 1, 0, 0),
        "(none)": (3, 0, 3, 0),
    }
    assert till.rows("select order_ref, total_amount, currency from raw.orders") == [("1", Decimal("7.0000"), "GBP")]
    assert till.rows("select order_ref, quantity from raw.order_lines order by all") == [("1", 1), ("1", 2)]
    assert till.rows("select return_ref, amount from raw.returns") == [("2", Decimal("3.5000"))]
    assert verify(till.settings) == []


def test_each_refusal_names_its_cell_and_keeps_its_bytes(till: Warehouse) -> None:
    assert [row for row in till.refused() if row[4] != "field_count"][:6] == [
        ("(none)", 6, None, None, "no_route"),
        ("(none)", 7, None, None, "no_route"),
        *[row for row in till.refused() if row[0] == "(none)" and row[1] == 8],
        ("order_lines", 4, "quantity", "two", "not_a_number"),
        ("order_lines", 5, "ordered_at", "yesterday", "not_a_time"),
        ("orders", 4, "total_amount", None, "expression"),
    ]
    kept = dict(till.rows("select distinct record_no, content from ops.quarantine"))
    assert kept == {n: RECORDS[n].encode() for n in (4, 5, 6, 7, 8)}


def test_every_row_carries_its_lineage(till: Warehouse) -> None:
    rows = till.rows("select _system, _record_no, _zone, _delivery_id, _version_at = _loaded_at from raw.orders")
    (delivery,) = till.rows("select distinct delivery_id from ops.deliveries")
    assert rows == [("till", 1, "UTC", delivery[0], True)]


def test_the_version_is_the_rows_own_else_the_date_of_the_file(home: Path) -> None:
    shop = Warehouse(home)
    shop.feed(
        LINES_FEED.replace('path: "in/*.csv"', r'path: "in/*.csv", version: "(\\d{4}-\\d\\d-\\d\\d)"')
        + "          updated_at: changed\n"
    )
    header = "order_no,line,sku,qty,price,sold_at,changed"
    shop.lines(
        "lines 2024-05-06.csv",
        "A,1,P,1,1,2024-01-01 00:00:00,2024-01-02 03:04:05",
        "B,1,P,1,1,2024-01-01 00:00:00,",
        header=header,
    )
    shop.run()
    versions = shop.rows("select order_ref, _version_at::varchar from raw.order_lines order by 1")
    assert versions == [("A", "2024-01-02 03:04:05"), ("B", "2024-05-06 00:00:00")]


def test_allowed_values_and_required_cells_hold_per_route(home: Path) -> None:
    web = Warehouse(home)
    web.feed(
        """
        feed: web
        system: web
        source: {type: files, path: "in/*.csv"}
        streams:
          campaign_responses:
            map: {response_ref: r, campaign_ref: "'C1'", response_kind: k, responded_at: t}
        """
    )
    web.deliver("a.csv", "r,k,t\n1,CLICK,2024-01-01 00:00\n,click,2024-01-01 00:00\n")
    web.run()
    assert web.rows("select response_ref, response_kind from raw.campaign_responses") == [("1", "click")]
    assert [row[1:] for row in web.refused()] == [(2, "response_ref", None, "required")]


def test_orders_of_unknown_customers_and_lines_without_order_are_loaded(home: Path) -> None:  # F-60
    shop = Warehouse(home)
    shop.feed()
    shop.lines("a.csv", "never-delivered,1,no-such-product,1,2.00,2024-01-01 00:00:00")
    shop.run()
    assert shop.accounts() == {"order_lines": (1, 1, 0, 0)}


def test_exact_copies_in_one_delivery_are_all_kept_in_raw(home: Path) -> None:  # F-45: staging decides
    shop = Warehouse(home)
    shop.feed()
    shop.lines("a.csv", *["A,,P,1,2.00,2024-01-01 00:00:00"] * 3)
    shop.run()
    assert shop.rows("select count(*), count(distinct _record_no) from raw.order_lines") == [(3, 3)]


def test_a_reader_that_loses_a_record_stops_the_delivery(home: Path, monkeypatch) -> None:
    shop = Warehouse(home)
    shop.feed()
    shop.lines("a.csv", "A,1,P,1,2.00,2024-01-01 00:00:00")

    def lossy(reader, lock):
        yield from prefetched(reader, lock)
        table = pa.table({name: ["x"] for name in reader.columns} | {"_record_no": [2]})
        yield from prefetched(_Fixed([Chunk(2, table, [])]), lock)

    monkeypatch.setattr(ingest, "prefetched", lossy)
    with pytest.raises(AssertionError, match="reader lost records: 2 counted, 1 parsed"):
        shop.run()
    assert shop.rows("select count(*) from raw.order_lines") == [(0,)]
    assert shop.rows("select count(*) from ops.deliveries") == [(0,)]


class _Fixed:
    """A reader of chunks that are given."""

    columns: list[str] = []
    encoding = None

    def __init__(self, chunks: list[Chunk]) -> None:
        self._chunks = chunks

    def chunks(self):
        return iter(self._chunks)


def test_columns_are_tidy_only_when_no_text_begins_or_ends_with_white_space() -> None:
    table = pa.table(
        {
            "plain": ["a", "", None, "b c"],
            "Front": ["a", " b", None, ""],
            "back": ["a\t", "b", None, ""],
            "wide": ["王\u3000", "b", None, ""],
            "name": ["王小明", "李四", None, ""],
        }
    )
    assert tidy_columns(table) == {"plain", "name"}
    assert tidy_columns(table.slice(2)) == {"plain", "front", "back", "wide", "name"}


def test_bad_records_of_a_reader_are_quarantined_with_its_reasons(home: Path, monkeypatch) -> None:
    shop = Warehouse(home)
    shop.feed()
    shop.lines("a.csv", "A,1,P,1,2.00,2024-01-01 00:00:00")
    extra = Chunk(1, pa.table({"_record_no": pa.array([], pa.int64())}), [BadRecord(2, b"\xff", "not_text", "told", 3)])

    def more(reader, lock):
        for chunk in prefetched(reader, lock):
            yield Chunk(chunk.records + 1, chunk.table, extra.bad)

    monkeypatch.setattr(ingest, "prefetched", more)
    shop.run()
    assert shop.accounts() == {"order_lines": (2, 1, 1, 0)}
    found = shop.rows("select record_no, line_no, rule, message, content from ops.quarantine")
    assert found == [(2, 3, "not_text", "told", b"\xff")]


def test_a_chunk_is_let_go_once_it_is_loaded_also_when_it_has_refusals(home: Path, monkeypatch) -> None:
    warehouse = Warehouse(home)
    warehouse.feed(ROUTED)
    warehouse.deliver("a.csv", "\n".join(RECORDS[:-1]) + "\n")
    alive: list[weakref.ref] = []
    most = 0

    def one_by_one(reader, lock):
        nonlocal most
        for chunk in prefetched(reader, lock):
            for row in range(chunk.table.num_rows):
                table = chunk.table.slice(row, 1)
                alive.append(weakref.ref(table))
                most = max(most, sum(ref() is not None for ref in alive))
                yield Chunk(1, table, [])

    monkeypatch.setattr(ingest, "prefetched", one_by_one)
    warehouse.run()
    assert len(alive) == 7
    assert most <= 2, "this one and the one before: a large file must not stand in memory whole"


def test_progress_is_told_at_begin_and_end_of_each_delivery(home: Path) -> None:
    shop = Warehouse(home)
    shop.feed()
    shop.lines("a.csv", "A,1,P,1,2.00,2024-01-01 00:00:00")
    events: list[dict] = []
    shop.run(on_event=events.append)
    assert [e["event"] for e in events] == ["delivery_started", "delivery_ended"]
    assert events[1]["rows"] == 1 and events[1]["bytes"] > 0 and events[1]["seconds"] > 0
    json.dumps(events)
