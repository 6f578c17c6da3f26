"""A table or query of a database, streamed into one Parquet file of text columns.

Any SQLAlchemy dialect works; SQLite and PostgreSQL are tested. Values are written exactly: numbers with all their
digits, times in ISO 8601 (UTC where the column has a zone), binary as hexadecimal, NULL apart from ''.
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.ingestion.model import Feed, SqlSource
from orchestration.ingestion.sources import cursor as cur
from orchestration.ingestion.sources.base import Extract, SourceError, file_name, from_environment, without
from orchestration.ingestion.sources.text import send_as_text, to_text

if TYPE_CHECKING:
    import sqlalchemy as sa

WINDOW = "_acrm_in_window"


def extract_sql(feed: Feed, folder: Path, state: dict[str, Any]) -> Iterator[Extract]:
    """Read what is new since `state`; nothing is yielded when the window holds the same rows as before."""
    import sqlalchemy as sa

    source: SqlSource = feed.source  # type: ignore[assignment]
    url_text = from_environment(feed.feed, source.url_env, "the database address (url_env)")
    password = None
    try:
        url = sa.make_url(url_text)
        password = url.password
        engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        with engine.connect() as connection:
            extract = _Extraction(feed, source, connection, folder, state).run()
    except sa.exc.NoSuchModuleError as error:
        raise SourceError(f"feed {feed.feed}: {source.url_env}: no driver installed ({error})") from None
    except sa.exc.ArgumentError:
        raise SourceError(
            f"feed {feed.feed}: {source.url_env} holds no SQLAlchemy address, for example "
            "postgresql://user:password@host:5432/database or sqlite:////folder/file.db"
        ) from None
    except cur.CursorError as error:
        raise SourceError(f"feed {feed.feed}: cursor {source.cursor}: {error}") from None
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        subject = source.table or "its query"
        raise SourceError(
            f"feed {feed.feed}: {subject} could not be read ({without(reason, password, url_text)}); "
            f"check table, query and cursor of the feed and the address in {source.url_env}"
        ) from None
    if extract:
        yield extract


class _Extraction:
    """One run over one open connection."""

    def __init__(self, feed: Feed, source: SqlSource, connection: "sa.Connection", folder: Path, state: dict) -> None:
        self.feed, self.source, self.connection, self.folder = feed, source, connection, folder
        self.identity = hashlib.sha256(f"{source.table}|{source.query}|{source.cursor}".encode()).hexdigest()[:16]
        # Another table, query or cursor is another source: what was read before says nothing about it.
        self.before = state if state.get("source") == self.identity else {}
        self.dialect = connection.dialect.name
        self.quote = connection.dialect.identifier_preparer.quote

    def run(self) -> Extract | None:
        if not (self.source.table or self.source.query):
            raise SourceError(f"feed {self.feed.feed}: a sql source needs either table or query")
        overlap = cur.overlap_of(self.source.overlap)
        self._one_snapshot()
        columns = self._columns()
        last = cur.from_state(self.before) if "last" in self.before else None
        start = None if last is None else cur.lower_bound(last, overlap)
        # Read before the rows, so that rows committed in between come again and are never skipped.
        newest = self._newest()
        reached = last if newest is None else cur.not_after_now(newest, cur.utc_now())
        following = None if reached is None else cur.lower_bound(reached, overlap)

        path = self.folder / file_name(self.feed.feed, start, reached, ".parquet")
        everything, window = self._write(path, columns, start, following)
        if self.before.get("window") == everything:
            return None
        state = {"source": self.identity, "window": window}
        if reached is not None:
            state |= cur.to_state(reached)
        return Extract(path, path.name, state)

    def _one_snapshot(self) -> None:
        if self.dialect == "postgresql":
            self.connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            self.connection.exec_driver_sql("set local time zone 'UTC'")

    def _subquery(self) -> str:
        if self.source.query:
            query = self.source.query.strip().rstrip(";").replace(":", r"\:")  # a colon is no parameter here
            return f"({query}) source_rows"
        return ".".join(self.quote(part) for part in self.source.table.split(".")) + " source_rows"

    def _columns(self) -> list[str]:
        import sqlalchemy as sa

        result = self.connection.execute(sa.text(f"select * from {self._subquery()} where 1 = 0"))
        columns = list(result.keys())
        result.close()
        if (wanted := self.source.cursor) and wanted not in columns:
            raise SourceError(
                f"feed {self.feed.feed}: cursor {wanted} is no column of the source; it has {', '.join(columns)}"
            )
        return columns

    def _newest(self) -> cur.CursorValue | None:
        import sqlalchemy as sa

        if self.source.cursor is None:
            return None
        column = self.quote(self.source.cursor)
        return self.connection.execute(sa.text(f"select max({column}) from {self._subquery()}")).scalar()

    def _order(self, columns: Sequence[str]) -> str:
        """Cursor first, then what makes a row unique: the primary key, else the whole row."""
        import sqlalchemy as sa

        key: Sequence[str] = ()
        if self.source.table:
            *schema, table = self.source.table.split(".")
            inspector = sa.inspect(self.connection)
            key = inspector.get_pk_constraint(table, schema[0] if schema else None)["constrained_columns"]
        first = [self.quote(self.source.cursor)] if self.source.cursor else []
        if key or self.dialect != "postgresql":
            return ", ".join([*first, *(self.quote(column) for column in key or columns)])
        return ", ".join([*first, 'source_rows::text collate "C"'])  # json and points have no order of their own

    def _write(
        self, path: Path, columns: list[str], start: cur.CursorValue | None, following: cur.CursorValue | None
    ) -> tuple[str, str]:
        """Stream the rows from `start` on into `path`.

        Returns the checksum of all of them, and that of those which the next run will read again.
        """
        schema = pa.schema([(name, pa.string()) for name in columns])
        everything, window = cur.Digest(columns), cur.Digest(columns)
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            for rows in self._rows(columns, start, following).partitions(self.source.chunk_rows):
                *kept, inside = ([to_text(value) for value in column] for column in zip(*rows, strict=True))
                for again, *record in zip(inside, *kept, strict=True):
                    if again == "1":
                        window.add(record)
                    elif self.before:
                        everything.add(record)
                writer.write_table(pa.table([pa.array(v, pa.string()) for v in kept], schema=schema))
        return str(everything + window), str(window)

    def _rows(
        self, columns: list[str], start: cur.CursorValue | None, following: cur.CursorValue | None
    ) -> "sa.CursorResult":
        import sqlalchemy as sa

        cursor = self.quote(self.source.cursor) if self.source.cursor else None
        inside = f"case when {cursor} < :following then 0 else 1 end" if following is not None else "1"
        # A row without a cursor value can never be known as old, so it is read every time.
        where = f" where {cursor} >= :start or {cursor} is null" if start is not None else ""
        bound = {name: value for name, value in (("following", following), ("start", start)) if value is not None}
        order = self._order(columns)
        if self.dialect == "postgresql":
            send_as_text(self.connection.connection.driver_connection)
        return self.connection.execution_options(stream_results=True, max_row_buffer=self.source.chunk_rows).execute(
            sa.text(f"select source_rows.*, {inside} {WINDOW} from {self._subquery()}{where} order by {order}"), bound
        )
