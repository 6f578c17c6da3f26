"""The gate: chunks of text records in, typed raw rows out, and a reason for every cell that does not pass.

A clean chunk costs one INSERT … SELECT per route. Only when fewer rows arrived than were offered does a second
statement look at the failing rows, cell by cell.
"""

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import duckdb
import pyarrow as pa

from orchestration.contract import Stream, streams
from orchestration.ingestion.expressions import Expression, ExpressionError, bind, guarded, parse
from orchestration.ingestion.feeds import located_error
from orchestration.ingestion.model import BadRecord, Chunk, DeliveryRejected, Feed, Reader, Route
from orchestration.ingestion.store import literal, quoted
from orchestration.ingestion.values import MESSAGES, Value, cleaned, value_of

NO_STREAM = "(none)"  # stream of records that no route takes
NULL_MARK = "\x01"  # tells NULL from a failed expression
FUTURE = timedelta(days=1)  # clocks of sources may be ahead by this much
VALUE_SHOWN = 200  # characters of a bad value kept beside its reason

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


@dataclass(frozen=True)
class Lineage:
    """What the gate writes beside every row of a delivery. Times are UTC without zone."""

    delivery_id: str
    file_name: str
    landed_at: datetime
    loaded_at: datetime
    version_at: datetime


@dataclass(frozen=True)
class _Plan:
    """SQL of one route: rows that pass go in by `insert`; `reasons` lists (record, column, value, rule) of others."""

    stream: Stream
    where: str | None
    insert: str
    reasons: str


@dataclass
class Gate:
    """Loads the chunks of one delivery inside the caller's transaction."""

    con: duckdb.DuckDBPyConnection
    feed: Feed
    reader: Reader
    lineage: Lineage
    lock: threading.Lock = field(default_factory=threading.Lock)  # held while the reader is asked for bytes
    counts: dict[str, Counts] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.plans = compile_feed(self.feed, self.reader.columns, self.lineage)
        for plan in self.plans:
            self.counts[plan.stream.name] = Counts()

    def take(self, chunk: Chunk) -> None:
        """Load one chunk; every record of it is counted under each stream it was offered to, or under `(none)`."""
        self.con.register("chunk", chunk.table)
        try:
            offered, unrouted = self._offered(chunk)
            for plan, records in zip(self.plans, offered, strict=True):
                self._load(plan, records)
            if unrouted:
                self._refuse_unrouted()
        finally:
            self.con.unregister("chunk")
        if chunk.bad:
            stream = self.plans[0].stream.name if len(self.plans) == 1 else NO_STREAM
            self._quarantine(stream, _unread(chunk.bad), len(chunk.bad))
            self._count(stream).records_in += len(chunk.bad)

    def _count(self, stream: str) -> Counts:
        return self.counts.setdefault(stream, Counts())

    def _offered(self, chunk: Chunk) -> tuple[list[int], int]:
        """Records offered to each route, and those that none takes."""
        if all(plan.where is None for plan in self.plans):
            return [chunk.table.num_rows] * len(self.plans), 0
        filters = [plan.where or "true" for plan in self.plans]
        counted = ", ".join(f"count(*) filter (where {w})" for w in filters)
        taken = " or ".join(f"({w}) is true" for w in filters)
        row = self.con.execute(f"select {counted}, count(*) filter (where not ({taken})) from chunk").fetchone()
        return list(row[:-1]), row[-1]

    def _load(self, plan: _Plan, records: int) -> None:
        if not records:
            return
        counts = self._count(plan.stream.name)
        loaded = self.con.execute(plan.insert).fetchone()[0]
        counts.records_in += records
        counts.loaded += loaded
        if loaded == records:
            return
        reasons = self.con.execute(plan.reasons).fetchall()
        failed = len({reason[0] for reason in reasons})
        if loaded + failed != records:
            raise AssertionError(
                f"accounting broken in {self.lineage.file_name}, {plan.stream.name}: {records} records offered, "
                f"{loaded} loaded, {failed} refused"
            )
        self._quarantine(plan.stream.name, self._explained(plan.stream, reasons), failed)

    def _refuse_unrouted(self) -> None:
        taken = " or ".join(f"({plan.where or 'true'}) is true" for plan in self.plans)
        numbers = self.con.execute(f"select _record_no from chunk where not ({taken})").fetchall()
        rows = [(number, None, None, "no_route") for (number,) in numbers]
        self._count(NO_STREAM).records_in += len(rows)
        self._quarantine(NO_STREAM, self._explained(None, rows), len(rows))

    def _explained(self, stream: Stream | None, reasons: list[tuple]) -> Iterable[tuple]:
        """Rows of ops.quarantine (from line_no on) for refused cells, with place and bytes from the reader."""
        numbers = sorted({reason[0] for reason in reasons})
        with self.lock:
            content, lines = self.reader.record_bytes(numbers), self.reader.line_numbers(numbers)
        for number, column, value, rule in sorted(reasons, key=lambda r: (r[0], r[1] or "")):
            message = _message(stream, column, value, rule)
            yield number, lines.get(number), column, value, rule, message, content.get(number)

    def _quarantine(self, stream: str, rows: Iterable[tuple], records: int) -> None:
        self._count(stream).quarantined += records
        columns = list(zip(*rows, strict=True))
        arrays = [[stream] * len(columns[0]), *columns]
        table = pa.table([pa.array(a, t) for a, t in zip(arrays, QUARANTINE.types, strict=True)], schema=QUARANTINE)
        self.con.register("refused", table)
        fixed = [self.lineage.delivery_id, self.feed.feed, self.feed.system]
        self.con.execute(
            """insert into ops.quarantine
            select $1, $2, $3, stream, $4, record_no, line_no, column_name, value, rule, message, content, 'open'
            from refused""",
            [*fixed, self.lineage.file_name],
        ).fetchall()
        self.con.unregister("refused")


def _unread(bad: list[BadRecord]) -> Iterable[tuple]:
    for b in bad:
        value = b.value[:VALUE_SHOWN] if b.value is not None else None
        yield b.record_no, b.line_no, b.column, value, b.rule, b.message, b.content


def _message(stream: Stream | None, column: str | None, value: str | None, rule: str) -> str:
    spec = stream.columns.get(column) if stream and column else None
    bound = {"below_minimum": spec.min, "above_maximum": spec.max}.get(rule) if spec else None
    allowed = ", ".join(spec.allowed) if spec else ""
    return MESSAGES[rule].format(column=column, value=value, bound=bound, allowed=allowed)


def compile_feed(feed: Feed, columns: list[str], lineage: Lineage) -> list[_Plan]:
    """Bind the feed to the delivered columns. DeliveryRejected names what the map misses or the contract forbids."""
    doubled = [name for name, n in Counter(c.casefold() for c in columns).items() if n > 1]
    if doubled:
        raise DeliveryRejected("duplicate_columns", f"columns delivered twice (case does not count): {sorted(doubled)}")
    used: set[str] = set()
    for name, route in feed.streams.items():
        texts = {("map", column): text for column, text in route.map.items()}
        if route.where is not None:
            texts["where",] = route.where
        for place, text in texts.items():
            try:
                bind(text, columns)
            except ExpressionError as error:
                message = str(located_error(feed, ("streams", name, *place), str(error)))
                raise DeliveryRejected("columns_do_not_fit_map", message) from None
            used |= {c.casefold() for c in parse(text).columns}
    unknown = [c for c in columns if c.casefold() not in used and c != "_record_no"]
    if unknown and feed.unknown_columns == "freeze":
        raise DeliveryRejected("unknown_columns", f"columns that the feed does not map (it says freeze): {unknown}")
    extra = _extra(unknown) if feed.unknown_columns == "evolve" else "null::json"
    return [_compile(feed, streams()[name], route, extra, lineage) for name, route in feed.streams.items()]


def _extra(columns: list[str]) -> str:
    """SQL of the JSON object of the unmapped columns that hold something."""
    if not columns:
        return "null::json"
    pairs = ", ".join(f"{literal(c)}, nullif({quoted(c)}, '')" for c in columns)
    return f"nullif(json_merge_patch('{{}}', json_object({pairs}))::varchar, '{{}}')::json"


def _compile(feed: Feed, stream: Stream, route: Route, extra: str, lineage: Lineage) -> _Plan:
    texts = dict(route.map)
    if feed.currency and "currency" in stream.columns:
        texts.setdefault("currency", literal(feed.currency))
    names = list(texts)
    expressions = [parse(texts[n]) for n in names]
    latest = f"timestamp '{lineage.landed_at + FUTURE}'"
    moments = {stream.event_time, stream.version}
    values = [
        value_of(stream.columns[n], feed, f"_t{i}", f"_v{i}", latest, n in moments) for i, n in enumerate(names)
    ]
    where = f"try((\n{route.where}\n)::boolean)" if route.where is not None else None
    typed = _typed(feed, expressions, values, extra, where)
    checks = [v.ok for v in values if v.ok] + [f"_m{i} is not null" for i, e in enumerate(expressions) if e.can_fail]
    keys = [f"_v{i}" for i, n in enumerate(names) if n in stream.key]
    if not stream.key_by_content and not any(stream.columns[k].required for k in stream.key):
        checks.append(f"coalesce({', '.join(f'{k}::varchar' for k in keys) or 'null'}) is not null")
    ok = " and ".join(checks) or "true"
    insert = _insert(feed, stream, names, typed, ok, lineage)
    return _Plan(stream, where, insert, _reasons(stream, names, expressions, values, typed, ok))


def _typed(feed: Feed, expressions: list[Expression], values: list[Value], extra: str, where: str | None) -> str:
    """The SQL that maps, cleans and casts: columns _m (as mapped), _t (clean text) and _v (typed), by position."""
    mapped, clean, cast = [], [], []
    for i, (expression, value) in enumerate(zip(expressions, values, strict=True)):
        sql = guarded(expression, NULL_MARK) if expression.can_fail else f"(\n{expression.sql}\n)::varchar"
        mapped.append(f"{sql} as _m{i}")
        text = f"nullif(_m{i}, {literal(NULL_MARK)})" if expression.can_fail else f"_m{i}"
        clean.append(f"{cleaned(text, feed.nulls)} as _t{i}")
        cast.append(f"{value.sql} as _v{i}")
    return f"""
        with mapped as (select _record_no, {extra} as _extra, {", ".join(mapped)} from chunk where {where or "true"}),
        clean as (select *, {", ".join(clean)} from mapped),
        typed as (select *, {", ".join(cast)} from clean)"""


def _insert(feed: Feed, stream: Stream, names: list[str], typed: str, ok: str, lineage: Lineage) -> str:
    version = f"_v{names.index(stream.version)}" if stream.version in names else "null"
    lineage_sql = {
        "_system": literal(feed.system),
        "_delivery_id": literal(lineage.delivery_id),
        "_record_no": "_record_no",
        "_version_at": f"coalesce({version}, timestamp '{lineage.version_at}')",
        "_loaded_at": f"timestamp '{lineage.loaded_at}'",
        "_zone": literal(feed.timezone),
        "_extra": "_extra",
    }
    columns = ", ".join([*map(quoted, names), *lineage_sql])
    chosen = ", ".join([*(f"_v{i}" for i in range(len(names))), *lineage_sql.values()])
    return f"insert into raw.{quoted(stream.name)} ({columns}) {typed} select {chosen} from typed where {ok}"


def _reasons(stream: Stream, names: list[str], expressions: list[Expression], values: list[Value], typed: str, ok: str) -> str:
    cells = []
    for i, (name, expression, value) in enumerate(zip(names, expressions, values, strict=True)):
        rule = f"case when _m{i} is null then 'expression' else {value.rule} end" if expression.can_fail else value.rule
        if rule != "null":
            cells.append(f"struct_pack(c := {literal(name)}, v := left(_t{i}, {VALUE_SHOWN}), r := {rule})")
    listed = f"list_filter([{', '.join(cells)}], lambda cell: cell.r is not null)" if cells else "[]"
    keys = literal(", ".join(stream.key))
    whole = f"[struct_pack(c := {keys}, v := null::varchar, r := 'key_missing')]"
    return f"""
        {typed}, refused as (select _record_no, {listed} as cells from typed where not ({ok})),
        explained as (
            select _record_no, unnest(case when len(cells) > 0 then cells else {whole} end) as cell from refused)
        select _record_no, cell.c, cell.v, cell.r from explained"""
