"""Loading: DuckDB writes CSV into a pipe, PostgreSQL reads it at the other end; memory holds a chunk."""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from typing import TYPE_CHECKING

import duckdb

from orchestration.ingestion.killpoints import reach
from orchestration.ingestion.store import quoted
from orchestration.serving.described import described
from orchestration.serving.server import ServingError
from orchestration.serving.types import copied
from orchestration.serving.views import Source

if TYPE_CHECKING:
    import psycopg

DATABASE = "release_file"
BLOCK = 1 << 20  # bytes; the most that Linux lets a pipe hold for everybody
# Both sides' defaults agree: an empty field is null, `""` an empty text. Before PostgreSQL 18 a line of nothing but
# `\.` would end the data; no row is one, since every released table has a release_id besides its own columns.
_FORMAT = "format csv, header false, use_tmp_file false"
_LOOKED_UP = ("customer_id", "store_id")  # what reports filter and join by
_LONGEST = 63  # bytes; PostgreSQL silently cuts longer names


def load(con: "psycopg.Connection", release: duckdb.DuckDBPyConnection, sources: list[Source]) -> int:
    """Create and fill the storage schema in the caller's transaction; rows loaded.

    One transaction, so an interrupted load leaves nothing. COPY FREEZE, because its rows must also be visible to a
    repeatable-read reader whose snapshot is older than they are: it meets the new views in any case.
    """
    con.execute(f"create schema {quoted(sources[0].storage)}")
    total = 0
    with closing(filled(con, release, sources)) as tables:
        for number, (source, loaded) in enumerate(tables):
            expected = release.execute(f"select count(*) from {_duckdb_name(source)}").fetchall()[0][0]
            if loaded != expected:
                raise ServingError(
                    f"{source.full_name}: {loaded:,} rows arrived of {expected:,}; nothing was switched."
                )
            for statement in _indexes(release, source):
                con.execute(statement)
            con.execute(f"analyze {source.stored}")
            total += loaded
            if number == len(sources) // 2:
                reach("serving.mid_load")
    return total


def filled(
    con: "psycopg.Connection", release: duckdb.DuckDBPyConnection, sources: list[Source]
) -> Iterator[tuple[Source, int]]:
    """Create and fill table after table: each with the rows that PostgreSQL took. Close it, should you stop early.

    While PostgreSQL reads one table, DuckDB begins with the next, as far as a pipe lets it.
    """
    # One thread writes faster than PostgreSQL reads; two take half as much processor time again for the same rows.
    release.execute("set threads = 1")
    with ExitStack() as streams:
        following = (streams.enter_context(closing(_Stream(release, source))) for source in sources)
        stream = next(following, None)
        for source in sources:
            current, stream = stream, next(following, None)
            con.execute(create(source))
            cursor = con.cursor()
            with cursor.copy(f"copy {source.stored} from stdin with (format csv, freeze)") as copy:
                for chunk in current:  # an error of DuckDB is raised in here, so that COPY is cancelled, not ended
                    copy.write(chunk)
            yield source, cursor.rowcount


class _Stream:
    """The rows of a table as CSV, written into a pipe by a thread."""

    def __init__(self, release: duckdb.DuckDBPyConnection, source: Source) -> None:
        self._source = source
        self._failure: BaseException | None = None
        read_end, write_end = os.pipe()
        with suppress(AttributeError, OSError):  # elsewhere than on Linux pipes are smaller, and turns more
            fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, BLOCK)
        self._pipe = os.fdopen(read_end, "rb", buffering=0)
        self._writer = threading.Thread(target=self._write, args=(release.cursor(), write_end))
        self._writer.start()

    def _write(self, cursor: duckdb.DuckDBPyConnection, write_end: int) -> None:
        columns = ", ".join(f"{copied(column, kind)} as {quoted(column)}" for column, kind in self._source.columns)
        query = f"copy (select {columns} from {_duckdb_name(self._source)}) to '/dev/fd/{write_end}' ({_FORMAT})"
        try:
            with cursor:
                cursor.execute(query).fetchall()
        except BaseException as error:
            self._failure = error
        finally:
            os.close(write_end)

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self._pipe.read(BLOCK):
            yield chunk
        self.close()
        if self._failure:
            raise ServingError(f"{self._source.full_name} cannot be read from the release: {self._failure}")

    def close(self) -> None:
        self._pipe.close()  # a writer that still runs gets a broken pipe and ends
        self._writer.join()


def create(source: Source) -> str:
    """`create table` for a table; ServingError for a name that PostgreSQL would cut."""
    for name in (source.stored_name, *(column for column, _ in source.columns)):
        if len(name.encode()) > _LONGEST:
            raise ServingError(f"{source.full_name}: the name {name!r} is longer than PostgreSQL's {_LONGEST} bytes.")
    columns = ", ".join(f"{quoted(column)} {kind}" for column, kind in source.types.items())
    # Rows never change after the load, so there is nothing to vacuum, and a vacuum would stand in the switch's way.
    return f"create table {source.stored} ({columns}) with (autovacuum_enabled = false)"


def _indexes(release: duckdb.DuckDBPyConnection, source: Source) -> list[str]:
    """Primary key where the key has no empty cell, else a unique index; and what reports look rows up by."""
    present = dict(source.columns)
    key = [column for column in described(source.full_name).key if column in present]
    made = []
    if key and len(key) == len(described(source.full_name).key):
        names = ", ".join(quoted(column) for column in key)
        empty = " or ".join(f"{quoted(column)} is null" for column in key)
        query = f"select count(*) from {_duckdb_name(source)} where {empty}"
        if release.execute(query).fetchall()[0][0] == 0:
            made.append(f"alter table {source.stored} add primary key ({names})")
        else:
            made.append(f"create unique index on {source.stored} ({names})")
    for column in _LOOKED_UP:
        if column in present and key[:1] != [column]:
            made.append(f"create index on {source.stored} ({quoted(column)})")
    return made


def _duckdb_name(source: Source) -> str:
    return ".".join(quoted(part) for part in (DATABASE, source.schema, source.name))
