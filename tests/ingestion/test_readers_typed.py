"""Parquet columns that go through the gate typed give the same rows and the same refusals as their texts would."""

import textwrap
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from orchestration.ingestion.feeds import load_feed
from orchestration.ingestion.gate import Gate
from orchestration.ingestion.limits import LIMITS
from orchestration.ingestion.model import DeliveryRejected, Feed, FilesSource
from orchestration.ingestion.passthrough import columns_of
from orchestration.ingestion.plan import Lineage
from orchestration.ingestion.readers import open_reader
from orchestration.ingestion.readers.container import ContainerReader
from orchestration.ingestion.store import create_tables

FEED = """
    feed: crm
    system: crm
    source: {{type: files, path: "in/*.parquet", format: parquet}}
    {options}
    streams:
      customers:
        map: {{customer_ref: id, name: text, birth_date: day, created_at: moment, employee_count: whole,
               annual_revenue: '"Amount"', consent_email: flag, city: "upper(other) || whole"}}
"""
LOADED = """select _record_no, name, birth_date, created_at, employee_count, annual_revenue, consent_email, city,
    _version_at = created_at, _extra::varchar from raw.customers order by 1"""

NOW = datetime(2026, 1, 1)
SMALL = replace(LIMITS, block=1 << 16)  # several chunks per file
OTHERS = {name: pa.nulls(5000, pa.string()) for name in ("day", "moment", "whole", "Amount", "flag", "other")}
MICROS = st.one_of(
    st.integers(-2_300_000_000_000_000, 4_200_000_000_000_000),  # 1897 to 2103
    st.integers(-(2**62), 2**62),
    st.sampled_from([0, -1, 999_999, 1_711_846_800_000_000, 1_698_541_200_000_000, 2**63 - 1, -(2**63)]),
)
DAYS = st.one_of(st.integers(-26_000, 48_000), st.integers(-(2**31), 2**31 - 1), st.just(-1))


def scaled(precision: int, scale: int) -> st.SearchStrategy[Decimal]:
    most = 10**precision - 1
    return st.integers(-most, most).map(lambda n: Decimal(f"{n}e-{scale}"))  # exact; scaleb would round to 28 digits


def moments(unit: str, zone: str | None) -> tuple[pa.DataType, st.SearchStrategy]:
    return pa.timestamp(unit, zone), MICROS


KINDS: dict[str, tuple[pa.DataType, st.SearchStrategy]] = {
    "int8": (pa.int8(), st.integers(-128, 127)),
    "int64": (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    "small": (pa.int64(), st.integers(-1000, 1000)),
    "uint64": (pa.uint64(), st.integers(0, 2**64 - 1)),
    "decimal 10.2": (pa.decimal128(10, 2), scaled(10, 2)),
    "decimal 4.4": (pa.decimal128(4, 4), scaled(4, 4)),
    "decimal 38.0": (pa.decimal128(38, 0), scaled(38, 0)),
    "decimal 18.4": (pa.decimal128(18, 4), scaled(18, 4)),
    "decimal 20.6": (pa.decimal128(20, 6), scaled(20, 6)),
    "float": (pa.float64(), st.one_of(st.floats(), st.sampled_from([-0.0, 2.55, 17850.0, 1e300]))),
    "date": (pa.date32(), DAYS),
    "ms": moments("ms", None),
    "us": moments("us", None),
    "ns": moments("ns", None),
    "ms UTC": moments("ms", "UTC"),
    "us UTC": moments("us", "UTC"),
    "us Paris": moments("us", "Europe/Paris"),
    "bool": (pa.bool_(), st.booleans()),
    "text": (pa.string(), st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9)),
    "digits": (pa.string(), st.sampled_from(["5", " 5 ", "5.50", "", "2024-01-01", "true", "x"])),
}
FITTING = {
    "text": ["text", "digits", "int64"],
    "day": ["date", "us", "us UTC", "digits", "int8"],
    "moment": ["ms", "us", "ns", "ms UTC", "us UTC", "us Paris", "date", "digits"],
    "whole": ["int8", "int64", "small", "uint64", "decimal 38.0", "float", "bool"],
    "Amount": ["small", "int64", "uint64", "float", *(f"decimal {d}" for d in (10.2, 4.4, 18.4, 20.6, "38.0"))],
    "flag": ["bool", "int8", "digits"],
    "other": ["int64", "bool", "ms", "us UTC", "date", "decimal 4.4", "text", "float"],
    "extra": ["int64", "bool", "ms", "us", "us UTC", "date", "decimal 10.2", "text"],
}
OPTIONS = ["", "timezone: Europe/London", "decimal_comma: true", 'nulls: ["0", "true", "1970-01-01"]']


def array(kind: pa.DataType, values: list) -> pa.Array:
    """Raw numbers become dates and times without Python's limits."""
    if pa.types.is_temporal(kind):
        return pa.array(values, pa.int32() if pa.types.is_date32(kind) else pa.int64()).view(kind)
    return pa.array(values, kind)


# Values that the contract takes, or rows would hardly ever load as a whole.
DAY = {"ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
TAME = {kind: st.integers(-25_000 * DAY[kind[:2]], 20_000 * DAY[kind[:2]]) for kind in FITTING["moment"][:6]} | {
    "small": st.integers(0, 1000),
    "decimal 10.2": scaled(10, 2).map(abs),
    "decimal 4.4": scaled(4, 4).map(abs),
    "date": st.integers(-25_000, 20_000),
    "bool": st.booleans(),
    "text": KINDS["text"][1],
}


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    rows, tame = draw(st.integers(1, 8)), draw(st.booleans())
    columns = {"id": pa.array([f"c{i}" for i in range(rows)])}
    for name, fitting in FITTING.items():
        name_of_kind = draw(st.sampled_from([kind for kind in fitting if not tame or kind in TAME]))
        kind, values = KINDS[name_of_kind]
        values = TAME[name_of_kind] if tame else values
        columns[name] = array(kind, draw(st.lists(st.none() | values, min_size=rows, max_size=rows)))
    return pa.table(columns)


def outcome(con: duckdb.DuckDBPyConnection, feed: Feed, path: Path, typed: bool) -> tuple[list, list]:
    """Loaded rows, and refused cells with the bytes of their records."""
    con.execute("truncate raw.customers")
    con.execute("truncate ops.quarantine")
    reader = open_reader(path, feed.source, typed=typed)
    gate = Gate(con, feed, reader, Lineage("d", path.name, NOW, NOW, NOW))
    for chunk in reader.chunks():
        gate.take(chunk)
    refused = "select record_no, column_name, value, rule, message, content from ops.quarantine order by all"
    return con.execute(LOADED).fetchall(), con.execute(refused).fetchall()


@pytest.fixture(scope="module")
def warehouse():
    with duckdb.connect() as con:
        create_tables(con)
        yield con


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("typed")


@settings(max_examples=50, deadline=None)
@given(table=tables(), options=st.sampled_from(OPTIONS))
def test_typed_and_text_deliveries_load_and_refuse_the_same(warehouse, folder, table, options):
    path = folder / "crm.yml"
    path.write_text(textwrap.dedent(FEED.format(options=options)))
    feed, path = load_feed(path), folder / "delivery.parquet"
    pq.write_table(table, path)
    straight = outcome(warehouse, feed, path, typed=True)
    assert straight == outcome(warehouse, feed, path, typed=False)
    event("some rows load" if straight[0] else "all are refused")


@settings(max_examples=40, deadline=None)
@given(table=tables())
def test_the_text_that_sql_makes_is_the_text_that_the_reader_makes(folder, table):
    path = folder / "texts.parquet"
    pq.write_table(table, path)
    source = FilesSource(type="files", path="x", format="parquet")
    (plain,), (chunk,) = ([*open_reader(path, source, typed=typed).chunks()] for typed in (False, True))
    with duckdb.connect() as con:
        con.execute("set timezone = 'Asia/Tokyo'")  # must not matter
        con.register("delivered", chunk.table)
        con.execute(f"create temp view chunk as select {', '.join(columns_of(chunk.table))} from delivered")
        names = ", ".join(f'"{name}"' for name in plain.table.column_names)
        assert con.execute(f"select {names} from chunk").fetchall() == [
            tuple(r.values()) for r in plain.table.to_pylist()
        ]


def test_a_typed_reader_keeps_types_and_changes_them_where_a_value_is_beyond_them(tmp_path):
    path = tmp_path / "delivery.parquet"
    days = [date(2024, 1, 1) + timedelta(i % 300) for i in range(30_000)]
    beyond = array(pa.date32(), [3_000_000])
    table = pa.table({"day": pa.concat_arrays([pa.array(days), beyond, pa.array(days)]), "n": range(60_001)})
    pq.write_table(table, path, row_group_size=1000)
    reader = ContainerReader(path, FilesSource(type="files", path="x", format="parquet"), SMALL, typed=True)
    chunks = list(reader.chunks())
    assert {chunk.table.schema.field("day").type for chunk in chunks} == {pa.date32(), pa.string()}
    assert {chunk.table.schema.field("n").type for chunk in chunks} == {pa.int64()}
    texts = [str(v) for chunk in chunks for v in chunk.table.column("day").to_pylist()]
    assert texts == [*map(str, days), "10183-09-21", *map(str, days)]
    assert reader.record_bytes([1, 30_001]) == {
        1: b'{"day": "2024-01-01", "n": "0"}',
        30_001: b'{"day": "10183-09-21", "n": "30000"}',
    }


def test_few_texts_stay_numbers_into_a_dictionary_and_load_the_same(warehouse, folder):
    path = folder / "kinds.parquet"
    names = [["  web ", "store", None, "", "é\u3000"][i % 5] for i in range(5000)]
    names[4000:] = ["later"] * 1000  # another dictionary
    pq.write_table(pa.table({"id": [f"c{i}" for i in range(5000)], "text": names, **OTHERS}), path, row_group_size=1000)
    chunk, *_ = open_reader(path, FilesSource(type="files", path="x", format="parquet"), typed=True).chunks()
    assert pa.types.is_dictionary(chunk.table.schema.field("text").type)
    feed_file = folder / "kinds.yml"
    feed_file.write_text(textwrap.dedent(FEED.format(options="")))
    feed = load_feed(feed_file)
    assert outcome(warehouse, feed, path, typed=True) == outcome(warehouse, feed, path, typed=False)
    kinds = warehouse.execute("select name, count(*) from raw.customers group by 1 order by 1").fetchall()
    assert kinds == [("later", 1000), ("store", 800), ("web", 800), ("é", 800), (None, 1600)]


def test_text_that_is_not_utf8_rejects_the_delivery(tmp_path):
    path = tmp_path / "delivery.parquet"
    broken = pa.Array.from_buffers(pa.string(), 1, [None, *pa.array([b"caf\xe9"]).buffers()[1:]])
    pq.write_table(pa.table({"name": broken}), path)
    with pytest.raises(DeliveryRejected) as refusal:
        list(open_reader(path, FilesSource(type="files", path="x", format="parquet")).chunks())
    assert refusal.value.reason == "broken_text"
