"""The tables that ingestion owns in work.duckdb: raw streams from the contract, and the accounting in `ops`."""

import re
import time

import duckdb

from orchestration.contract import LINEAGE, Stream, streams
from orchestration.identity.tables import IDENTITY_TABLES
from orchestration.settings import Settings, seconds

OPS_TABLES = {
    "deliveries": """
        delivery_id varchar not null, feed varchar not null, system varchar not null, stream varchar not null,
        file_name varchar not null, sha256 varchar not null, bytes bigint not null, seq bigint not null,
        landed_at timestamp not null, loaded_at timestamp not null, version_at timestamp,
        status varchar not null, reason varchar, records_in bigint not null, loaded bigint not null,
        quarantined bigint not null, rejected bigint not null, superseded_by varchar, raw_checksum varchar,
        landed_path varchar not null, source_mtime timestamp,
        check (records_in = loaded + quarantined + rejected),
        check (status in ('loaded', 'empty', 'rejected', 'superseded'))""",
    "quarantine": """
        delivery_id varchar not null, feed varchar not null, system varchar not null, stream varchar not null,
        file_name varchar not null, record_no bigint not null, line_no bigint, column_name varchar, value varchar,
        rule varchar not null, message varchar not null, content blob, status varchar not null,
        route_no integer default 0""",
    "feed_state": "feed varchar not null, name varchar not null, state json not null",
    "seen_files": """
        feed varchar not null, file_name varchar not null, stat varchar not null, delivery_id varchar not null""",
    "ledger": "n bigint not null, line varchar not null",
} | IDENTITY_TABLES


class WarehouseBusy(Exception):
    """work.duckdb is open in another process."""


def quoted(name: str) -> str:
    """`name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str | None) -> str:
    """`text` as an SQL string literal."""
    return "null" if text is None else "'" + text.replace("'", "''") + "'"


def raw_columns(stream: Stream) -> dict[str, str]:
    """Names and SQL types of the raw table of a stream, lineage last."""
    own = {c.name: c.sql_type for c in stream.columns.values()}
    return own | {name: sql_type for name, (sql_type, _) in LINEAGE.items()}


def create_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Create the schemas `raw` and `ops` and their tables where absent; add contract columns that are new."""
    con.execute("create schema if not exists raw")
    con.execute("create schema if not exists ops")
    for name, columns in OPS_TABLES.items():
        con.execute(f"create table if not exists ops.{name} ({columns})")
    con.execute(
        "alter table ops.quarantine add column if not exists route_no integer default 0"
    )  # in warehouses of before
    present: dict[str, set[str]] = {}
    found = con.execute("select table_name, column_name from duckdb_columns() where schema_name = 'raw'").fetchall()
    for table, column in found:
        present.setdefault(table, set()).add(column)
    for stream in streams().values():
        wanted = raw_columns(stream)
        if stream.name not in present:
            columns = ", ".join(f"{quoted(c)} {t}" for c, t in wanted.items())
            con.execute(f"create table raw.{quoted(stream.name)} ({columns})")
            continue
        for column, sql_type in wanted.items():
            if column not in present[stream.name]:
                con.execute(f"alter table raw.{quoted(stream.name)} add column {quoted(column)} {sql_type}")


def connect(settings: Settings) -> duckdb.DuckDBPyConnection:
    """Open work.duckdb for writing with all tables present; waits CRM_LOCK_WAIT seconds for another process.

    Raises WarehouseBusy naming the process that holds the file.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + seconds("CRM_LOCK_WAIT", "10")
    while True:
        try:
            con = duckdb.connect(str(settings.work_db), config=settings.engine)
            break
        except duckdb.IOException as error:
            holder = re.search(r"held in (.*?) ?\(PID (\d+)\)", str(error))
            if not holder:
                raise
            if time.monotonic() > deadline:
                raise WarehouseBusy(
                    f"{settings.work_db} is open in process {holder[2]} ({holder[1] or 'unknown program'}). "
                    "Close it there; readers should open a release instead."
                ) from None
            time.sleep(0.1)
    set_up(con)
    con.execute("set checkpoint_threshold = '256MB'")  # else small deliveries rewrite the same blocks
    con.execute("set disabled_compression_methods = 'dictionary,dict_fsst,fsst'")  # half the time for twice the disk
    return con


def set_up(con: duckdb.DuckDBPyConnection) -> None:
    """What loading asks of any database, in memory or not: settings, and the tables that ingestion owns."""
    con.execute("set timezone = 'UTC'")
    con.execute("set enable_progress_bar = false")
    con.execute("set preserve_insertion_order = false")  # rows carry _record_no; loading is a fifth cheaper
    create_tables(con)
