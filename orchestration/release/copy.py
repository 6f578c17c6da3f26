"""Copying the candidate into a new release file, table by table, every table marked with the release's id."""

from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.contract import streams
from orchestration.identity.tables import CARRIED
from orchestration.ingestion.killpoints import reach
from orchestration.ingestion.store import literal, quoted
from orchestration.release.content import Table

SORTED_ROWS = 5_000_000  # above this, rows keep the order in which dbt wrote them: a full sort would dominate
# The engine's own memory; no reader needs it.
NOT_RELEASED = {"ops.feed_state", "ops.seen_files", "ops.ledger", *(f"ops.{name}" for name in CARRIED)}


def copy_tables(
    con: duckdb.DuckDBPyConnection, tables: list[Table], rows: dict[str, int], work: str, out: str, release_id: str
) -> None:
    """Create every table in the attached database `out` with rows from `work` and a constant column release_id."""
    con.begin()  # one commit, so one flush, for all tables
    for schema in sorted({table.schema for table in tables} | {"ops"}):
        con.execute(f"create schema {quoted(out)}.{quoted(schema)}")
    for number, table in enumerate(tables):
        columns = ", ".join(_column(table, name) for name, _ in table.columns)
        # Sorted rows make the file independent of the threads that built the candidate, and compress well.
        order = "order by all" if rows[table.full_name] <= SORTED_ROWS else ""
        con.execute(
            f"create table {table.within(out)} as "
            f"select {columns}, {literal(release_id)} as release_id from {table.within(work)} {order}"
        )
        _copy_comments(con, table, work, out)
        if number == len(tables) // 2:
            reach("release.mid_copy")
    con.commit()


def write_release_row(
    con: duckdb.DuckDBPyConnection,
    out: str,
    release_id: str,
    as_of: str,
    built_at: datetime,
    content_hash: str,
    fingerprint: str,
    versions: str,
) -> None:
    """ops.release: the one row that says which release this file is."""
    con.execute(
        f"""
        create table {quoted(out)}.ops.release as
        select ?::varchar as release_id, ?::date as as_of, ?::timestamp as built_at, ?::varchar as content_hash,
               ?::varchar as fingerprint, ?::varchar as versions
        """,
        [release_id, as_of, built_at, content_hash, fingerprint, versions],
    )


def attach(con: duckdb.DuckDBPyConnection, path: Path, name: str, read_only: bool = True) -> None:
    """Attach a database file under a name."""
    con.execute(f"attach {literal(str(path))} as {quoted(name)}{' (read_only)' if read_only else ''}")


def _column(table: Table, name: str) -> str:
    """The select expression of a column. Quarantine keeps place and reason, not what people wrote."""
    if table.full_name != "ops.quarantine" or name not in ("content", "value", "message"):
        return quoted(name)
    if name == "content":
        return f"null::blob as {quoted(name)}"
    harmless = ", ".join(
        f"({literal(stream.name)}, {literal(column.name)})"
        for stream in streams().values()
        for column in stream.columns.values()
        if column.pii == "none"
    )
    otherwise = "rule" if name == "message" else "null"
    return f"case when (stream, column_name) in ({harmless}) then {quoted(name)} else {otherwise} end as {quoted(name)}"


def _copy_comments(con: duckdb.DuckDBPyConnection, table: Table, work: str, out: str) -> None:
    """Descriptions that dbt left on tables and columns, for BI tools that show them."""
    place = [work, table.schema, table.name]
    where = "where database_name = ? and schema_name = ? and table_name = ? and comment is not null"
    for (comment,) in con.execute(f"select comment from duckdb_tables() {where}", place).fetchall():
        con.execute(f"comment on table {table.within(out)} is {literal(comment)}")
    for column, comment in con.execute(f"select column_name, comment from duckdb_columns() {where}", place).fetchall():
        con.execute(f"comment on column {table.within(out)}.{quoted(column)} is {literal(comment)}")
