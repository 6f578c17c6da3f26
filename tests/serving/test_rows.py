"""What PostgreSQL serves is what the release holds: every row, every digit, every type."""

import json
import random
import threading
from decimal import Decimal

import duckdb
import psycopg
import pytest

from orchestration.release import content
from orchestration.release.copy import attach
from orchestration.release.model import release_path
from orchestration.serving import load
from orchestration.serving.push import push
from orchestration.serving.server import ServingError
from orchestration.serving.views import Source

NUMERIC = 1700  # object identifier of the type
# One row of every type, with what COPY, CSV and PostgreSQL would each like to read as something else.
HOSTILE = r"""
create or replace table marts.hostile as select * from (values
    (1, 'a' || chr(10) || '\.' || chr(10) || 'b', 0.1::decimal(38, 20), 1e300::double, '2024-02-29'::date,
     timestamp '2024-01-01 01:02:03.000001', true, ['x,"y"', null], {'k': 'v\n'}, 'a\x5Cb'::blob, 1::hugeint),
    (2, '', -99999999999999999.99999999999999999999::decimal(38, 20), 'nan'::double, 'infinity'::date,
     timestamp '0044-03-15 (BC) 00:00:00', false, [], null, ''::blob, 170141183460469231731687303715884105727),
    (3, '\N', null, '-inf'::double, '9999-12-31'::date, 'infinity'::timestamp, null, null, null, null, null),
    (4, null, 0, 1.7976931348623157e308::double, null, null, null, null, null, null, null),
    (5, chr(9) || chr(13) || '刘伟"''; drop table x; --', 5e-20::decimal(38, 20), 0.1 + 0.2::double, null, null, null,
     null, null, '\xDE\xAD\x00'::blob, -1),
    (6, null, null, '-0.0'::double, null, null, null, null, null, null, null)
) as t (id, txt, dec, dbl, d, ts, b, list, struct, raw, huge)
"""


def test_every_table_of_the_demo_company_has_the_same_rows_to_the_last_digit(served, released, tmp_path):
    server, done = served
    file, rows = tmp_path / "back.csv", 0
    with duckdb.connect() as con, server.connect() as postgres:
        attach(con, release_path(released, done.release_id), "f")
        con.execute("create schema back")
        tables = content.tables_of(con, "f", content.RELEASED_SCHEMAS)
        for table in tables:
            stored = f'"{done.storage}"."{table.schema}__{table.name}"'
            shape = postgres.execute(f"select * from {stored} limit 0").description
            assert [c.name for c in shape] == [name for name, _ in table.columns]
            decimals = [f"DECIMAL({c.precision},{c.scale})" for c in shape if c.type_code == NUMERIC]
            assert decimals == [kind for _, kind in table.columns if kind.startswith("DECIMAL")], table
            with postgres.cursor().copy(f"copy {stored} to stdout (format csv)") as copy:
                file.write_bytes(b"".join(copy))
            types = ", ".join(f"'{name}': '{kind}'" for name, kind in table.columns)
            con.execute(
                f"create or replace table back.\"{table.name}\" as from read_csv('{file}', columns = {{{types}}}, "
                "auto_detect = false, delim = ',', quote = '\"', escape = '\"', header = false, nullstr = '', "
                "allow_quoted_nulls = false, new_line = '\\n', parallel = false)"
            )
            loaded, released_table = f'back."{table.name}"', table.within("f")
            for one, other in ((loaded, released_table), (released_table, loaded)):
                missing = con.execute(f"select count(*) from (from {one} except all from {other})").fetchall()
                assert missing == [(0,)], (table.full_name, one)
            rows += con.execute(f"select count(*) from {loaded}").fetchall()[0][0]
    assert len(tables) == done.tables > 90 and rows == done.rows > 100_000


def test_every_type_and_every_hostile_text_arrives_as_it_is(server, small):
    small.change(HOSTILE)
    small.publish()
    storage = push(small.settings).storage
    columns = "txt, dec, dbl::text, ts::text, b, list::text, raw, huge"
    rows = server.query(f'select {columns} from "{storage}".marts__hostile order by id')
    assert [row[0] for row in rows] == ["a\n\\.\nb", "", "\\N", None, "\t\r刘伟\"'; drop table x; --", None]
    assert [row[1] for row in rows] == [
        Decimal("0.1"), Decimal("-99999999999999999.99999999999999999999"), None, Decimal(0), Decimal("5e-20"), None
    ]  # fmt: skip
    doubles = ["1e+300", "NaN", "-Infinity", "1.7976931348623157e+308", "0.30000000000000004", "0"]
    assert [row[2] for row in rows] == doubles
    assert [row[3] for row in rows][:3] == ["2024-01-01 01:02:03.000001", "0044-03-15 00:00:00 BC", "infinity"]
    assert rows[0][5] == '["x,\\"y\\"",null]' and rows[1][5] == "[]"
    assert [row[6] for row in rows] == [b"a\\b", b"", None, None, b"\xde\xad\x00", None]
    assert rows[1][7] == 170141183460469231731687303715884105727


def moved(server, release, *columns):
    """(rows that COPY took, the connection) after core.t went into PostgreSQL by the loader's own stream."""
    source = Source("core", "t", columns, "moved")
    con = server.connect()
    con.execute("set timezone = 'UTC'; create schema moved")
    with con.transaction():
        ((_, rows),) = load.filled(con, release, [source])
    return rows, con


@pytest.fixture
def release():
    """An empty release in memory."""
    with duckdb.connect() as con:
        con.execute(f"set timezone = 'UTC'; attach ':memory:' as {load.DATABASE}; create schema {load.DATABASE}.core")
        yield con


def test_texts_of_every_mixture_of_special_characters_come_back(server, release):
    draw = random.Random(6)
    special = [*"\\.\n\r\t\"',N #;\x01\ufeffé刘😀\u2028"]
    texts = ["".join(draw.choices(special, k=draw.randrange(6))) for _ in range(5_000)]
    texts += ["\\.", "\\N", "", "null", "NULL", "\\.\n", '\\.\n"\n\\.', "x" * 3_000_000]
    rows = [(text, json.dumps(text), [text, None], draw.choice([None, text])) for text in texts]
    columns = (("txt", "VARCHAR"), ("js", "JSON"), ("listed", "VARCHAR[]"), ("last", "VARCHAR"))
    release.execute(f"create table {load.DATABASE}.core.t (txt varchar, js json, listed varchar[], last varchar)")
    cells = [list(column) for column in zip(*rows, strict=True)]
    release.execute(
        f"insert into {load.DATABASE}.core.t select unnest(?), unnest(?), unnest(?::varchar[][]), unnest(?)", cells
    )
    count, con = moved(server, release, *columns)
    with con:
        found = con.execute("select txt, js::text, listed, last from moved.core__t").fetchall()
    assert count == len(rows) and [tuple(row) for row in found] == rows


def test_a_table_that_cannot_be_read_is_told_and_the_one_behind_it_does_not_hang(server, release):
    release.execute(f"create table {load.DATABASE}.core.t (n int)")
    release.execute(f"create table {load.DATABASE}.core.u as select 'long' || range as n from range(1_000_000)")
    sources = [Source("core", "t", (("gone", "INTEGER"),), "moved"), Source("core", "u", (("n", "VARCHAR"),), "moved")]
    threads = threading.active_count()
    with server.connect() as con:
        con.execute("create schema moved")
        with pytest.raises(ServingError, match=r"core\.t cannot be read from the release: .*gone"), con.transaction():
            list(load.filled(con, release, sources))
    assert threading.active_count() == threads
    assert server.query("select tablename from pg_tables where schemaname = 'moved'") == []


TYPES = [  # type in DuckDB, value there, text in PostgreSQL
    ("TIMESTAMP WITH TIME ZONE", "2024-03-31 01:30:00.5+02", "2024-03-30 23:30:00.5+00"),
    ("TIMESTAMP WITH TIME ZONE", "0044-03-15 (BC) 12:00:00+00", "0044-03-15 12:00:00+00 BC"),
    ("TIMESTAMP WITH TIME ZONE", "-infinity", "-infinity"),
    ("TIMESTAMP_S", "1970-01-01 00:00:01", "1970-01-01 00:00:01"),
    ("DATE", "4700-01-01 (BC)", "4700-01-01 BC"),
    ("DATE", "290000-12-31", "290000-12-31"),
    ("TIME", "23:59:59.999999", "23:59:59.999999"),
    ("INTERVAL", "-1 year 3 days -04:05:06.7", "-1 years +3 days -04:05:06.7"),
    ("UUID", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
    ("FLOAT", "0.1", "0.1"),
    ("ENUM('a', 'b,\"')", 'b,"', 'b,"'),
    ("TINYINT", "-128", "-128"),
    ("UBIGINT", "18446744073709551615", "18446744073709551615"),
    ("UHUGEINT", "340282366920938463463374607431768211455", "340282366920938463463374607431768211455"),
    ("MAP(VARCHAR, INTEGER)", '{"k,;\\""=1}', r'{"k,;\"":1}'),
    ("DECIMAL(38,20)[]", "[123456789012345678.12345678901234567890]", "[123456789012345678.12345678901234567890]"),
]


def test_types_arrive_with_their_values(server, release):
    columns = tuple((f"c{number}", kind) for number, (kind, _, _) in enumerate(TYPES))
    shape = ", ".join(f"{name} {kind}" for name, kind in columns)
    release.execute(f"create table {load.DATABASE}.core.t ({shape})")
    release.execute(
        f"insert into {load.DATABASE}.core.t values ({', '.join('?' for _ in TYPES)})", [value for _, value, _ in TYPES]
    )
    count, con = moved(server, release, *columns)
    with con:
        found = con.execute(f"select {', '.join(f'{name}::text' for name, _ in columns)} from moved.core__t").fetchall()
    assert count == 1 and list(found[0]) == [text for _, _, text in TYPES]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("date '5000-01-01 (BC)'", "refused: date out of range"),
        ("'a' || chr(0)", 'refused: invalid byte sequence for encoding "UTF8": 0x00'),
        ("timestamp_ns '2024-01-01 00:00:00.000000001'", "odd.cell: type TIMESTAMP_NS has no counterpart"),
    ],
)
def test_what_postgresql_cannot_hold_is_refused_and_nothing_of_it_stays(server, small, value, says):
    small.change(f"create table marts.odd as select {value} as cell")
    small.publish()
    with pytest.raises(ServingError, match=says):
        push(small.settings)
    assert server.storages() == []


def test_names_are_quoted_and_names_too_long_are_refused(server, small):
    small.change('create table marts."select ""x""; drop" as select 1 as "order by", \'a\' as "naïve %s"')
    small.publish()
    push(small.settings)
    assert server.query('select "order by", "naïve %s" from marts."select ""x""; drop"') == [(1, "•••")]
    small.change(f"create table marts.{'x' * 60} as select 1 as a")
    small.publish()
    with pytest.raises(Exception, match="longer than PostgreSQL's 63 bytes"):
        push(small.settings)


def test_keys_are_primary_keys_and_a_repeated_key_stops_the_push(server, small):
    storage = push(small.settings).storage
    with pytest.raises(psycopg.errors.UniqueViolation), server.connect() as con:
        table = f'"{storage}".marts__customer_rfm'
        con.execute(f"insert into {table} select * from {table} limit 1")
    small.change("insert into marts.customer_rfm select * from marts.customer_rfm limit 1")
    small.publish()
    with pytest.raises(Exception, match=r"refused: could not create unique index.*marts__customer_rfm"):
        push(small.settings)
    assert server.storages() == [storage]
    assert server.query("select distinct release_id from marts.customer_rfm") == server.query(
        "select release_id from ops.release"
    )
