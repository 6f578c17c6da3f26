"""SQL of a feed's routes: map, clean, cast, insert, and the reasons of what is refused.

Generated from contract and feed for each delivery, because the delivered columns are known only then.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from orchestration.contract import Stream, streams
from orchestration.ingestion.expressions import Expression, ExpressionError, bind, guarded, parse
from orchestration.ingestion.feeds import located_error
from orchestration.ingestion.model import DeliveryRejected, Feed, Route
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
    """SQL of one route. `reasons` lists (record, column, value, rule) of the rows that are refused.

    `insert` writes all rows, refused ones without a delivery id, for the gate to remove: a WHERE would make DuckDB
    cast every cell twice. It takes the delivered columns whose texts are known to need no trimming, in lower case.
    """

    stream: Stream
    where: str | None
    insert: Callable[[frozenset[str]], str]
    reasons: str


def compile_feed(feed: Feed, columns: list[str], lineage: Lineage) -> list[Plan]:
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


def _compile(feed: Feed, stream: Stream, route: Route, extra: str, lineage: Lineage) -> Plan:
    texts = dict(route.map)
    if feed.currency and "currency" in stream.columns:
        texts.setdefault("currency", literal(feed.currency))
    names = list(texts)
    expressions = [parse(texts[n]) for n in names]
    latest = f"timestamp '{lineage.landed_at + FUTURE}'"
    moments = {stream.event_time, stream.version}
    values = [value_of(stream.columns[n], feed, f"_t{i}", f"_v{i}", latest, n in moments) for i, n in enumerate(names)]
    where = f"try((\n{route.where}\n)::boolean)" if route.where is not None else None

    def typed(tidy: frozenset[str]) -> str:
        return _typed(feed, expressions, values, extra, where, tidy)

    checks = [v.ok for v in values if v.ok] + [f"_m{i} is not null" for i, e in enumerate(expressions) if e.can_fail]
    ok = " and ".join(checks) or "true"

    @cache
    def insert(tidy: frozenset[str]) -> str:
        return _insert(feed, stream, names, typed(tidy), ok, lineage)

    return Plan(stream, where, insert, _reasons(stream, names, expressions, values, typed(frozenset()), ok))


def _typed(
    feed: Feed, expressions: list[Expression], values: list[Value], extra: str, where: str | None, tidy: frozenset[str]
) -> str:
    """The SQL that maps, cleans and casts: columns _m (as mapped), _t (clean text) and _v (typed), by position."""
    mapped, clean, cast = [], [], []
    for i, (expression, value) in enumerate(zip(expressions, values, strict=True)):
        sql = guarded(expression, NULL_MARK) if expression.can_fail else f"(\n{expression.sql}\n)::varchar"
        mapped.append(f"{sql} as _m{i}")
        text = f"_m{i}"
        if (expression.bare or "").casefold() not in tidy:
            text = f"({trimmed(text)})"
        if expression.can_fail:
            text = f"nullif({text}, {literal(NULL_MARK)})"
        clean.append(f"{known(text, feed.nulls)} as _t{i}")
        cast.append(f"{value.sql} as _v{i}")
    return f"""
        with mapped as (select _record_no, {extra} as _extra, {", ".join(mapped)} from chunk where {where or "true"}),
        clean as (select *, {", ".join(clean)} from mapped),
        typed as (select *, {", ".join(cast)} from clean)"""


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
