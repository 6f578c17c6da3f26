"""The gate: chunks of records in, typed raw rows out, and a reason for every cell that does not pass.

A clean chunk costs one INSERT … SELECT per route. Only when some rows of it are unfit are they taken out again, and a
second statement looks at them cell by cell.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from orchestration.contract import Stream
from orchestration.ingestion.model import BadRecord, Chunk, Feed, Reader
from orchestration.ingestion.passthrough import columns_of, kinds_of
from orchestration.ingestion.plan import VALUE_SHOWN, Lineage, Plan, compile_feed
from orchestration.ingestion.store import quoted
from orchestration.ingestion.values import MESSAGES

NO_STREAM = "(none)"  # stream of records that no route takes

QUARANTINE = pa.schema(
    [
        ("stream", pa.string()),
        ("record_no", pa.int64()),
        ("line_no", pa.int64()),
        ("column_name", pa.string()),
        ("value", pa.string()),
        ("rule", pa.string()),
        ("message", pa.string()),
        ("content", pa.binary()),
    ]
)


@dataclass
class Counts:
    """What became of the records offered to one stream."""

    records_in: int = 0
    loaded: int = 0
    quarantined: int = 0
    rejected: int = 0


def sole_stream(feed: Feed) -> str:
    """Under what name records are booked that could not be read: the only stream of the feed, or none."""
    return next(iter(feed.streams)) if len(feed.streams) == 1 else NO_STREAM


@dataclass
class Gate:
    """Loads the chunks of one delivery inside the caller's transaction."""

    con: duckdb.DuckDBPyConnection
    feed: Feed
    reader: Reader
    lineage: Lineage
    lock: threading.Lock = field(default_factory=threading.Lock)  # held while the reader is asked for bytes
    counts: dict[str, Counts] = field(default_factory=dict)
    records: int = 0  # physical records taken so far

    def __post_init__(self) -> None:
        self.plans = compile_feed(self.feed, self.reader.columns, self.lineage)
        for plan in self.plans:
            self.counts[plan.stream.name] = Counts()

    def take(self, chunk: Chunk) -> None:
        """Load one chunk; every record of it is counted under each stream it was offered to, or under `(none)`."""
        self.records += chunk.records
        source = f"select {', '.join(columns_of(chunk.table))} from delivered"
        offered, unrouted = self._offered(chunk.table, source)
        for plan, records in zip(self.plans, offered, strict=True):
            if records:
                self._load(plan, records, chunk, source)
        if unrouted:
            self._refuse_unrouted(chunk.table, source)
        if chunk.bad:
            stream = sole_stream(self.feed)
            self._quarantine(stream, 0, _unread(chunk.bad), len(chunk.bad))
            self._count(stream).records_in += len(chunk.bad)

    def _count(self, stream: str) -> Counts:
        return self.counts.setdefault(stream, Counts())

    def _query(self, sql: str, delivered: pa.Table, parameters: list | None = None) -> list[tuple]:
        """Rows of a query over `delivered`, which DuckDB finds by its name in this frame.

        A registered table would be held until the transaction ends, and with it all of a large file.
        """
        return self.con.execute(sql, parameters).fetchall()

    def _offered(self, table: pa.Table, source: str) -> tuple[list[int], int]:
        """Records offered to each route, and those that none takes."""
        if all(plan.where is None for plan in self.plans):
            return [table.num_rows] * len(self.plans), 0
        filters = [plan.where or "true" for plan in self.plans]
        counted = ", ".join(f"count(*) filter (where {w})" for w in filters)
        taken = " or ".join(f"({w}) is true" for w in filters)
        sql = f"select {counted}, count(*) filter (where not ({taken})) from ({source})"
        ((*offered, unrouted),) = self._query(sql, table)
        return offered, unrouted

    def _load(self, plan: Plan, records: int, chunk: Chunk, source: str) -> None:
        counts = self._count(plan.stream.name)
        first = chunk.table["_record_no"][0]  # of this chunk: spares a look at the rows of those before
        unfit = f"from raw.{quoted(plan.stream.name)} where _record_no >= {first} and _delivery_id is null"
        ((loaded,),) = self._query(plan.insert(source, chunk.tidy, kinds_of(chunk.table)), chunk.table)
        refused = self.con.execute(f"select count(*) {unfit}").fetchone()[0]
        loaded -= refused
        counts.records_in += records
        counts.loaded += loaded
        if loaded == records:
            return
        self.con.execute(f"delete {unfit}").fetchall()
        reasons = self._query(plan.reasons(source), chunk.table)
        failed = len({reason[0] for reason in reasons})
        if loaded + failed != records:
            raise AssertionError(
                f"accounting broken in {self.lineage.file_name}, {plan.stream.name}: {records} records offered, "
                f"{loaded} loaded, {failed} refused"
            )
        self._quarantine(plan.stream.name, plan.route_no, self._explained(plan.stream, reasons), failed)

    def _refuse_unrouted(self, table: pa.Table, source: str) -> None:
        taken = " or ".join(f"({plan.where or 'true'}) is true" for plan in self.plans)
        numbers = self._query(f"select _record_no from ({source}) where not ({taken})", table)
        rows = [(number, None, None, "no_route") for (number,) in numbers]
        self._count(NO_STREAM).records_in += len(rows)
        self._quarantine(NO_STREAM, 0, self._explained(None, rows), len(rows))

    def _explained(self, stream: Stream | None, reasons: list[tuple]) -> Iterable[tuple]:
        """Rows of ops.quarantine (from line_no on) for refused cells, with place and bytes from the reader."""
        numbers = sorted({reason[0] for reason in reasons})
        with self.lock:
            content, lines = self.reader.record_bytes(numbers), self.reader.line_numbers(numbers)
        for number, column, value, rule in sorted(reasons, key=lambda r: (r[0], r[1] or "")):
            message = _message(stream, column, value, rule)
            yield number, lines.get(number), column, value, rule, message, content.get(number)

    def _quarantine(self, stream: str, route_no: int, rows: Iterable[tuple], records: int) -> None:
        self._count(stream).quarantined += records
        columns = list(zip(*rows, strict=True))
        arrays = [[stream] * len(columns[0]), *columns]
        table = pa.table([pa.array(a, t) for a, t in zip(arrays, QUARANTINE.types, strict=True)], schema=QUARANTINE)
        fixed = [self.lineage.delivery_id, self.feed.feed, self.feed.system]
        self._query(
            """insert into ops.quarantine
            select $1, $2, $3, stream, $4, record_no, line_no, column_name, value, rule, message, content, 'open', $5
            from delivered""",
            table,
            [*fixed, self.lineage.file_name, route_no],
        )


def _unread(bad: list[BadRecord]) -> Iterable[tuple]:
    for b in bad:
        value = b.value[:VALUE_SHOWN] if b.value is not None else None
        yield b.record_no, b.line_no, b.column, value, b.rule, b.message, b.content


def _message(stream: Stream | None, column: str | None, value: str | None, rule: str) -> str:
    spec = stream.columns.get(column) if stream and column else None
    bound = {"below_minimum": spec.min, "above_maximum": spec.max}.get(rule) if spec else None
    allowed = ", ".join(spec.allowed) if spec else ""
    return MESSAGES[rule].format(column=column, value=value, bound=bound, allowed=allowed)
