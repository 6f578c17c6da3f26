"""SQL of a feed's routes: map, clean, cast, insert, and the reasons of what is refused.

Generated from contract and feed for each delivery, because the delivered columns are known only then.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import pyarrow as pa

from orchestration.contract import Column, Stream, streams
from orchestration.ingestion.expressions import Expression, ExpressionError, bind, guarded, parse
from orchestration.ingestion.feeds import located_error
from orchestration.ingestion.model import DeliveryRejected, Feed, Route
from orchestration.ingestion.passthrough import Kinds, marked, straight
from orchestration.ingestion.store import literal, quoted
from orchestration.ingestion.values import Value, known, trimmed, value_of

NULL_MARK = "\x01"  # tells NULL from a failed expression
FUTURE = timedelta(days=1)  # clocks of sources may be ahead by this much
VALUE_SHOWN = 200  # characters of a bad value kept beside its reason


@dataclass(frozen=True)
class Lineage:
    """What the gate writes beside every row of a delivery. Times are UTC without zone."""

    delivery_id: str
    file_name: str
    landed_at: datetime
    loaded_at: datetime
    version_at: datetime


@dataclass(frozen=True)
class Plan:
    """SQL of one route over `source`, a query of delivered columns and `_record_no`.

    `reasons` lists (record, column, value, rule) of the rows that are refused. `insert` writes all rows, refused ones
    without a delivery id, for the gate to remove: a WHERE would make DuckDB cast every cell twice. Beside the source it
    takes the delivered columns whose texts are known to need no trimming, in lower case, and those that came typed.
    """

    stream: Stream
    route_no: int
    where: str | None
    insert: Callable[[str, frozenset[str], Kinds], str]
    reasons: Callable[[str], str]


def compile_feed(feed: Feed, columns: list[str], lineage: Lineage) -> list[Plan]:
    """Bind the feed to the delivered columns. DeliveryRejected names what the map misses or the contract forbids."""
    doubled = [name for name, n in Counter(c.casefold() for c in columns).items() if n > 1]
    if doubled:
        raise DeliveryRejected("duplicate_columns", f"columns delivered twice (case does not count): {sorted(doubled)}")
    used: set[str] = set()
    for _, _, place, route in feed.routes():
        texts = {("map", column): text for column, text in route.map.items()}
        if route.where is not None:
            texts["where",] = route.where
        for field, text in texts.items():
            try:
                bind(text, columns)
            except ExpressionError as error:
                message = str(located_error(feed, (*place, *field), str(error)))
                raise DeliveryRejected("columns_do_not_fit_map", message) from None
            used |= {c.casefold() for c in parse(text).columns}
    unknown = [c for c in columns if c.casefold() not in used and c != "_record_no"]
    if unknown and feed.unknown_columns == "freeze":
        raise DeliveryRejected("unknown_columns", f"columns that the feed does not map (it says freeze): {unknown}")
    extra = _extra(unknown) if feed.unknown_columns == "evolve" else "null::json"
    return [_compile(feed, streams()[name], no, route, extra, lineage) for name, no, _, route in feed.routes()]


def _extra(columns: list[str]) -> str:
    """SQL of the JSON object of the unmapped columns that hold something."""
    if not columns:
        return "null::json"
    full = ", ".join(f"{literal(c)}, {quoted(c)}" for c in columns)
    some = ", ".join(f"{literal(c)}, nullif({quoted(c)}, '')" for c in columns)
    all_there, any_there = (f" {word} ".join(f"{quoted(c)} <> ''" for c in columns) for word in ("and", "or"))
    return (  # dropping what is empty costs three times the object itself
        f"case when {all_there} then json_object({full}) "
        f"when {any_there} then json_merge_patch('{{}}', json_object({some})) end"
    )


def _compile(feed: Feed, stream: Stream, route_no: int, route: Route, extra: str, lineage: Lineage) -> Plan:
    texts = dict(route.map)
    if feed.currency and "currency" in stream.columns:
        texts.setdefault("currency", literal(feed.currency))
    names = list(texts)
    expressions = [parse(texts[n]) for n in names]
    latest = f"timestamp '{lineage.landed_at + FUTURE}'"
    moments = {stream.event_time, stream.version}
    values = [value_of(stream.columns[n], feed, f"_t{i}", f"_v{i}", latest, n in moments) for i, n in enumerate(names)]
    where = f"try((\n{route.where}\n)::boolean)" if route.where is not None else None

    def typed(source: str, tidy: frozenset[str], kinds: Kinds) -> str:
        columns = zip(names, expressions, values, strict=True)
        cells = [_cell(i, feed, stream.columns[n], e, v, tidy, dict(kinds)) for i, (n, e, v) in enumerate(columns)]
        return _typed(source, cells, extra, where)

    checks = [v.ok for v in values if v.ok] + [f"_m{i} is not null" for i, e in enumerate(expressions) if e.can_fail]
    ok = " and ".join(checks) or "true"

    @cache
    def insert(source: str, tidy: frozenset[str], kinds: Kinds = frozenset()) -> str:
        return _insert(feed, stream, names, typed(source, tidy, kinds), ok, lineage)

    def reasons(source: str) -> str:
        return _reasons(stream, names, expressions, values, typed(source, frozenset(), frozenset()), ok)

    return Plan(stream, route_no, where, insert, reasons)


def _cell(
    i: int,
    feed: Feed,
    column: Column,
    expression: Expression,
    value: Value,
    tidy: frozenset[str],
    kinds: dict[str, pa.DataType],
) -> tuple[str, str, str]:
    """SQL of one column: _m as mapped, _t clean, _v typed. What came typed goes straight through where it may."""
    name = (expression.bare or "").casefold()
    if direct := straight(column, feed, kinds.get(name), f"_t{i}"):
        return f"{marked(expression.bare)} as _m{i}", f"_m{i} as _t{i}", f"{direct} as _v{i}"
    sql = guarded(expression, NULL_MARK) if expression.can_fail else f"(\n{expression.sql}\n)::varchar"
    text = f"_m{i}" if name in tidy or name in kinds else f"({trimmed(f'_m{i}')})"
    if expression.can_fail:
        text = f"nullif({text}, {literal(NULL_MARK)})"
    return f"{sql} as _m{i}", f"{known(text, feed.nulls)} as _t{i}", f"{value.sql} as _v{i}"


def _typed(source: str, cells: list[tuple[str, str, str]], extra: str, where: str | None) -> str:
    """The SQL that maps, cleans and casts."""
    mapped, clean, cast = map(", ".join, zip(*cells, strict=True))
    return f"""
        with chunk as ({source}),
        mapped as (select _record_no, {extra} as _extra, {mapped} from chunk where {where or "true"}),
        clean as (select *, {clean} from mapped),
        typed as (select *, {cast} from clean)"""


def _insert(feed: Feed, stream: Stream, names: list[str], typed: str, ok: str, lineage: Lineage) -> str:
    version = f"_v{names.index(stream.version)}" if stream.version in names else "null"
    lineage_sql = {
        "_system": literal(feed.system),
        "_delivery_id": f"case when {ok} then {literal(lineage.delivery_id)} end",
        "_record_no": "_record_no",
        "_version_at": f"coalesce({version}, timestamp '{lineage.version_at}')",
        "_loaded_at": f"timestamp '{lineage.loaded_at}'",
        "_zone": literal(feed.timezone),
        "_extra": "_extra",
    }
    columns = ", ".join([*map(quoted, names), *lineage_sql])
    chosen = ", ".join([*(f"_v{i}" for i in range(len(names))), *lineage_sql.values()])
    return f"insert into raw.{quoted(stream.name)} ({columns}) {typed} select {chosen} from typed"


def _reasons(
    stream: Stream, names: list[str], expressions: list[Expression], values: list[Value], typed: str, ok: str
) -> str:
    cells = []
    for i, (name, expression, value) in enumerate(zip(names, expressions, values, strict=True)):
        rule = f"case when _m{i} is null then 'expression' else {value.rule} end" if expression.can_fail else value.rule
        if rule != "null":
            cells.append(f"struct_pack(c := {literal(name)}, v := left(_t{i}, {VALUE_SHOWN}), r := {rule})")
    listed = f"list_filter([{', '.join(cells)}], lambda cell: cell.r is not null)" if cells else "[]"
    return f"""
        {typed}, refused as (select _record_no, {listed} as cells from typed where not ({ok})),
        explained as (select _record_no, unnest(cells) as cell from refused)
        select _record_no, cell.c, cell.v, cell.r from explained"""
