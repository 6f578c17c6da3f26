"""Reading the accounting: from work.duckdb, or, while a run writes to it, from the release."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from orchestration.accounting import StreamCounts, stream_counts
from orchestration.cli.errors import UserError, warehouse_of
from orchestration.settings import Settings


@contextmanager
def reading(settings: Settings) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """A read-only connection and where it reads: `work`, or `release` while another process writes."""
    warehouse_of(settings.work_db)
    path, source = settings.work_db, "work"
    try:
        con = duckdb.connect(str(path), read_only=True)
    except duckdb.IOException:
        path, source = settings.current_release, "release"
        if not path.exists():
            raise UserError(f"A run is writing to {settings.work_db} and there is no release yet; try again.") from None
        con = duckdb.connect(str(path), read_only=True)
    try:
        con.execute("set timezone = 'UTC'")
        yield con, source
    finally:
        con.close()


def rows(con: duckdb.DuckDBPyConnection, sql: str, parameters: list | None = None) -> list[dict]:
    """The result of a query as dictionaries."""
    cursor = con.execute(sql, parameters or [])
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def counts_of(settings: Settings) -> list[StreamCounts]:
    """Accounting per stream of the whole warehouse; empty before the first delivery."""
    if not settings.work_db.exists():
        return []
    with duckdb.connect(str(settings.work_db), read_only=True) as con:
        return stream_counts(con)
