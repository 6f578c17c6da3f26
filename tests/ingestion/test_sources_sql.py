"""SQL sources on SQLite and on a real PostgreSQL: nothing lost at the cursor boundary, no digit lost in a value."""

import uuid
from datetime import datetime, timedelta

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from orchestration.ingestion.model import Feed
from orchestration.ingestion.sources import SourceError, extract
from orchestration.ingestion.verify import verify
from orchestration.settings import settings
from tests.ingestion.warehouse import Warehouse
from tests.postgres import running

ROWS = [
    (1, "2024-05-01 10:00:00", "Åsa", "10.500000"),
    (2, "2024-05-01 11:00:00", "王小明", "0.000001"),
    (3, "2024-05-01 12:00:00", "", "12345678901234.123456"),
    (4, "2024-05-01 12:00:00", None, "-1.000000"),
]


@pytest.fixture(scope="module")
def server():
    with running() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path, monkeypatch):
    """An engine with table `orders` in it; SHOP_DB holds its address."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path}/shop.db"
        types = ("integer primary key", "text", "text", "text")
    else:
        address = request.getfixturevalue("server")
        types = ("bigint primary key", "timestamp", "text", "numeric(20,6)")
    monkeypatch.setenv("SHOP_DB", address)
    engine = sa.create_engine(address, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("drop table if exists orders"))
        columns = zip(("id", "updated_at", "name", "amount"), types, strict=True)
        connection.execute(sa.text(f"create table orders ({', '.join(' '.join(c) for c in columns)})"))
    add(engine, *ROWS)
    return engine


def add(engine, *rows):
    with engine.begin() as connection:
        values = [dict(zip(("i", "u", "n", "a"), row, strict=True)) for row in rows]
        connection.execute(sa.text("insert into orders values (:i, :u, :n, :a)"), values)


def feed(**source) -> Feed:
    spec = {"type": "sql", "url_env": "SHOP_DB", **({"table": "orders"} if "query" not in source else {}), **source}
    return Feed(feed="shop", system="shop", source=spec, streams={"orders": {"map": {"order_ref": "id"}}})


def run(a_feed: Feed, state: dict) -> tuple[list[tuple] | None, dict, str | None]:
    """Rows as text, the state to commit and the file's name; None when there was no news."""
    found = None, state, None
    for one in extract(a_feed, settings(), state):
        table = pq.read_table(one.path)
        found = list(zip(*(column.to_pylist() for column in table.columns), strict=True)), one.state, one.name
    return found


def ids(rows) -> list[int]:
    return [int(row[0]) for row in rows]


def test_a_whole_table_comes_with_every_value_exact(home, database):
    rows, state, name = run(feed(), {})
    assert rows == [(str(i), u, n, a) for i, u, n, a in ROWS]
    assert name == "shop.parquet"
    assert run(feed(), state)[0] is None, "an unchanged table is no news"
    with database.begin() as connection:
        connection.execute(sa.text("update orders set name = 'Asa' where id = 1"))
    rows, _, name = run(feed(), state)
    assert (rows[0][2], name) == ("Asa", "shop.parquet")


def test_a_row_deleted_at_the_source_goes_with_the_next_snapshot_and_the_books_stay(home, database):  # F-50
    shop = Warehouse(home)
    shop.feed(
        """
        feed: shop
        system: shop
        source: {type: sql, url_env: SHOP_DB, table: orders}
        streams:
          orders: {map: {order_ref: id, ordered_at: updated_at}}
        """
    )
    (first,) = shop.run()
    with database.begin() as connection:
        connection.execute(sa.text("delete from orders where id = 2"))
        connection.execute(sa.text("update orders set updated_at = '2024-05-02 00:00:00' where id = 3"))
    (second,) = shop.run()
    orders = shop.rows("select order_ref::integer, ordered_at::varchar, _delivery_id from raw.orders order by 1")
    times = {1: "2024-05-01 10:00:00", 3: "2024-05-02 00:00:00", 4: "2024-05-01 12:00:00"}
    assert orders == [(ref, at, second.delivery_id) for ref, at in times.items()]
    books = shop.rows("select delivery_id, status, superseded_by, loaded from ops.deliveries order by seq")
    assert books == [(first.delivery_id, "superseded", second.delivery_id, 4), (second.delivery_id, "loaded", None, 3)]
    assert verify(shop.settings) == []


def test_rows_that_share_the_last_cursor_value_are_not_lost(home, database):
    incremental = feed(cursor="updated_at", overlap="0s")
    rows, state, _ = run(incremental, {})
    assert ids(rows) == [1, 2, 3, 4]
    add(database, (5, "2024-05-01 12:00:00", "tie", "1"))  # same value as the newest, committed after the run
    rows, state, _ = run(incremental, state)
    assert ids(rows) == [3, 4, 5]
    assert run(incremental, state)[0] is None


def test_rows_committed_late_within_the_overlap_are_not_lost(home, database):
    incremental = feed(cursor="updated_at", overlap="90m")
    _, state, first = run(incremental, {})
    add(database, (6, "2024-05-01 10:45:00", "late", "1"), (7, "2024-05-01 10:15:00", "too late", "1"))
    rows, state, second = run(incremental, state)
    assert ids(rows) == [6, 2, 3, 4], "the window begins at 10:30; order is cursor, then key"
    add(database, (8, "2024-05-01 11:30:00", "later", "1"))
    rows, state, third = run(incremental, state)
    assert ids(rows) == [6, 2, 8, 3, 4]
    assert first != second == third, "a name says which window was read"


def test_a_run_without_news_delivers_nothing_and_news_moves_the_window(home, database):
    incremental = feed(cursor="updated_at", overlap="1h")
    _, state, _ = run(incremental, {})
    assert run(incremental, state) == (None, state, None)
    add(database, (9, "2024-05-02 00:00:00", "next day", "1"))
    rows, state, _ = run(incremental, state)
    assert ids(rows) == [2, 3, 4, 9]
    assert state["last"].replace("T", " ") == "2024-05-02 00:00:00"
    assert run(incremental, state)[0] is None


def test_state_is_not_kept_by_the_source_so_a_refused_delivery_comes_again(home, database):
    incremental = feed(cursor="updated_at", overlap="0s")
    first = run(incremental, {})
    assert run(incremental, {}) == first, "same content, same name, same state"


def test_rows_without_cursor_value_are_read_every_time(home, database):
    incremental = feed(cursor="updated_at", overlap="0s")
    _, state, _ = run(incremental, {})
    add(database, (10, None, "no time", "1"))
    rows, state, _ = run(incremental, state)
    assert sorted(ids(rows)) == [3, 4, 10]
    assert run(incremental, state)[0] is None


def test_a_row_dated_in_the_future_does_not_hide_the_rows_of_tomorrow(home, database):
    incremental = feed(cursor="updated_at", overlap="0s")
    add(database, (11, "2199-01-01 00:00:00", "typing error", "1"))
    _, state, _ = run(incremental, {})
    tomorrow = datetime.now() + timedelta(days=1)
    add(database, (12, tomorrow.strftime("%Y-%m-%d %H:%M:%S"), "tomorrow", "1"))
    assert ids(run(incremental, state)[0]) == [12, 11]


def test_a_numeric_cursor_takes_a_plain_overlap(home, database):
    incremental = feed(cursor="id", overlap="2")
    _, state, _ = run(incremental, {})
    add(database, (5, None, None, "1"))
    assert ids(run(incremental, state)[0]) == [2, 3, 4, 5]


def test_a_query_is_taken_literally_and_cut_into_chunks(home, database):
    query = "select id, name, ':x 10:30 100%' note from orders where id <> 2;"
    rows, _, _ = run(feed(query=query, cursor="id", chunk_rows=2), {})
    assert rows == [("1", "Åsa", ":x 10:30 100%"), ("3", "", ":x 10:30 100%"), ("4", None, ":x 10:30 100%")]
    for one in extract(feed(query=query, cursor="id", chunk_rows=2), settings(), {}):
        assert pq.ParquetFile(one.path).num_row_groups == 2, "rows are streamed, not held"


def test_another_cursor_column_starts_from_the_beginning(home, database):
    _, state, _ = run(feed(cursor="updated_at"), {})
    assert ids(run(feed(cursor="id"), state)[0]) == [1, 2, 3, 4]


def test_an_empty_table_is_delivered_once_as_empty(home, database):
    with database.begin() as connection:
        connection.execute(sa.text("delete from orders"))
    rows, state, _ = run(feed(cursor="updated_at", overlap="1h"), {})
    assert rows == []
    assert run(feed(cursor="updated_at", overlap="1h"), state)[0] is None
    add(database, ROWS[0])
    assert ids(run(feed(cursor="updated_at", overlap="1h"), state)[0]) == [1]


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ({"table": "ordrs"}, "ordrs"),
        ({"query": "select nonsense from orders"}, "nonsense"),
        ({"cursor": "changed_at"}, "has id, updated_at, name, amount"),
        ({"cursor": "id", "overlap": "15m"}, "plain number"),
        ({"cursor": "updated_at", "overlap": "a while"}, "15m, 2h"),
    ],
)
def test_a_mistake_in_the_feed_is_named(home, database, source, hint):
    with pytest.raises(SourceError, match=hint) as error:
        run(feed(**source), run(feed(**source), {})[1])
    assert str(error.value).startswith("feed shop: ")


def test_the_temporary_file_is_gone_after_its_use(home, database):
    assert [one.path.exists() for one in extract(feed(), settings(), {})] == [True]
    assert not list((home / "tmp").rglob("*.parquet"))


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        (None, "SHOP_DB, which is not set"),
        ("nonsense", "holds no SQLAlchemy address"),
        ("postgresql://crm:s3cret@127.0.0.1:1/postgres", "could not be read"),
        ("nosuchdialect://crm:s3cret@127.0.0.1/x", "nosuchdialect"),
    ],
)
def test_an_address_that_leads_nowhere_is_named_without_its_password(home, monkeypatch, address, hint):
    monkeypatch.delenv("SHOP_DB", raising=False)
    if address:
        monkeypatch.setenv("SHOP_DB", address)
    with pytest.raises(SourceError, match=hint) as error:
        run(feed(), {})
    assert "s3cret" not in str(error.value) and error.value.__cause__ is None


def test_a_wrong_password_is_refused_without_being_shown(home, server, monkeypatch):
    monkeypatch.setenv("SHOP_DB", str(sa.make_url(server).set(password="Wr0ng").render_as_string(False)))
    with pytest.raises(SourceError, match="authentication failed") as error:
        run(feed(), {})
    assert "Wr0ng" not in str(error.value)


PG_VALUES = {
    "id bigint": ("9007199254740993123", "9007199254740993123"),
    "n numeric(20,6)": ("1.5", "1.500000"),
    "free numeric": ("0.10000000000000000000000000001", "0.10000000000000000000000000001"),
    "none text": (None, None),
    "empty text": ("", ""),
    "cjk text": ("王小明 '引号', \"q\"\n\t,;", "王小明 '引号', \"q\"\n\t,;"),
    "at timestamptz": ("2024-03-31 01:30:00.000001+02", "2024-03-30 23:30:00.000001+00"),
    "local timestamp": ("2024-03-31 02:30:00", "2024-03-31 02:30:00"),
    "forever timestamp": ("infinity", "infinity"),
    "far date": ("20000-01-01", "20000-01-01"),
    "day date": ("2024-02-29", "2024-02-29"),
    "clock time": ("23:59:59.5", "23:59:59.5"),
    "yes boolean": ("true", "true"),
    "no boolean": ("false", "false"),
    "raw bytea": ("\\x00ff10", "00ff10"),
    "doc jsonb": ('{"a": 0.10000000000000000001, "z": "é"}', '{"a": 0.10000000000000000001, "z": "é"}'),
    "plain json": ('{"b":1,  "b":2}', '{"b":1,  "b":2}'),
    "real8 double precision": ("0.1", "0.1"),
    "key uuid": (str(uuid.UUID(int=7)), str(uuid.UUID(int=7))),
    "tags text[]": ("{a,b}", '["a", "b"]'),
}


def test_postgresql_values_keep_every_digit(home, server, monkeypatch):
    monkeypatch.setenv("SHOP_DB", server)
    with sa.create_engine(server, poolclass=sa.pool.NullPool).begin() as connection:
        connection.execute(sa.text("drop table if exists fidelity"))
        connection.execute(sa.text(f"create table fidelity ({', '.join(PG_VALUES)})"))
        names = [f"v{i}" for i in range(len(PG_VALUES))]
        casts = ", ".join(f"cast(:{n} as {c.split(' ', 1)[1]})" for n, c in zip(names, PG_VALUES, strict=True))
        values = dict(zip(names, (given for given, _ in PG_VALUES.values()), strict=True))
        connection.execute(sa.text(f"insert into fidelity values ({casts})"), values)
    rows, _, _ = run(feed(table="fidelity"), {})
    got = dict(zip(PG_VALUES, rows[0], strict=True))
    assert got == {column: expected for column, (_, expected) in PG_VALUES.items()}


def test_sqlite_values_keep_every_digit(home, tmp_path, monkeypatch):
    address = f"sqlite:///{tmp_path}/odd names.db"
    monkeypatch.setenv("SHOP_DB", address)
    with sa.create_engine(address).begin() as connection:
        connection.execute(
            sa.text('create table "Order Details" ("Order No" integer, raw blob, d datetime, x, f real)')
        )
        connection.execute(
            sa.text('insert into "Order Details" values (:i, :r, :d, :x, :f)'),
            {"i": 9_007_199_254_740_993_123, "r": b"\x00\xff", "d": "not a date", "x": None, "f": 0.1},
        )
    assert run(feed(table="Order Details"), {})[0] == [("9007199254740993123", "00ff", "not a date", None, "0.1")]


def test_a_postgresql_read_is_one_moment_in_time(home, server, monkeypatch):
    """Rows committed while the file is written belong to the next run, in full."""
    monkeypatch.setenv("SHOP_DB", server)
    engine = sa.create_engine(server, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("drop table if exists orders"))
        connection.execute(
            sa.text("create table orders (id bigint, updated_at timestamptz, name text, amount numeric)")
        )
    add(engine, (1, "2024-05-01 10:00:00+00", "before", "1"))
    from orchestration.ingestion.sources import sql

    order = sql._Extraction._order

    def order_while_others_write(self, columns):
        add(engine, (2, "2024-05-01 10:00:00+00", "meanwhile", "1"))
        return order(self, columns)

    with monkeypatch.context() as patch:
        patch.setattr(sql._Extraction, "_order", order_while_others_write)
        rows, state, _ = run(feed(cursor="updated_at"), {})
    assert ids(rows) == [1]
    assert ids(run(feed(cursor="updated_at"), state)[0]) == [1, 2]
