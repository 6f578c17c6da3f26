"""Independent accounting of the candidate across its layers, in SQL over all rows.

Nothing here shares code with what it checks: not the gate's counters, not dbt's models and not its tests.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import duckdb

from data_quality.results import SHOWN_ROWS, CheckResult
from data_quality.rules import Suite, mart_suites
from orchestration.contract import streams
from orchestration.fingerprint import newest_day
from orchestration.ingestion.store import literal, quoted, raw_columns
from orchestration.release.ties import TIES, Tie
from orchestration.settings import Settings

LAYER = "reconcile"


@dataclass(frozen=True)
class _Rule:
    """A query that returns breaches, most telling columns first, and one that counts what it looked at."""

    name: str
    says: str
    breaches: str
    looked_at: str
    table: str = ""


def reconcile(
    settings: Settings,
    as_of: date | None = None,
    suites: list[Suite] | None = None,
    ties: tuple[Tie, ...] = TIES,
) -> list[CheckResult]:
    """Account for the candidate: deliveries, raw rows, money per layer, empty tables, the last day, keys.

    `as_of` is the last day that the candidate was built for (default: CRM_AS_OF, else the newest day in raw).
    `suites` and `ties` replace the declared ones. No connection to work.duckdb with other options may be open in
    this process.
    """
    suites = mart_suites() if suites is None else suites
    with duckdb.connect(str(settings.work_db), read_only=True, config=settings.engine) as con:
        con.execute("set timezone = 'UTC'")
        day = as_of or settings.as_of or newest_day(con)
        tables = _tables(con)
        rules = [*_delivery_rules(), *_raw_rules(), *_key_rules(suites, tables), *_day_rules(suites, tables, day)]
        results = [_judge(con, rule) for rule in rules]
        results += [_judge_tie(con, tie, day) for tie in ties if day and set(tie.tables) <= tables.keys()]
        return [*results, *_emptiness(con, suites, tables)]


def _delivery_rules() -> Iterator[_Rule]:
    every = "select count(*) from ops.deliveries"
    yield _Rule(
        "deliveries account for every record",
        "records_in = loaded + quarantined + rejected",
        "select delivery_id, stream, file_name, records_in, loaded, quarantined, rejected from ops.deliveries "
        "where records_in is distinct from loaded + quarantined + rejected",
        every,
        "ops.deliveries",
    )
    yield _Rule(
        "quarantine holds what deliveries say",
        "quarantined records per delivery and stream",
        """
        select d.delivery_id, d.stream, d.file_name, d.quarantined, coalesce(q.records, 0) as held
        from ops.deliveries as d
        left join (
            select delivery_id, stream, count(distinct (record_no, route_no)) as records from ops.quarantine
            where status = 'open' group by all
        ) as q on d.delivery_id = q.delivery_id and d.stream = q.stream
        where d.status in ('loaded', 'empty') and d.quarantined is distinct from coalesce(q.records, 0)
        """,
        every,
        "ops.quarantine",
    )


def _raw_rules() -> Iterator[_Rule]:
    """Rows of every raw table by delivery = loaded of its active deliveries; columns and types as in the contract."""
    counted = " union all ".join(
        f"select {literal(name)} as stream, _delivery_id as delivery_id, count(*) as in_raw from raw.{quoted(name)} "
        "group by _delivery_id"
        for name in streams()
    )
    yield _Rule(
        "raw rows are the loaded records of active deliveries",
        "rows in raw per delivery and stream",
        f"""
        select coalesce(d.stream, r.stream) as stream, coalesce(d.delivery_id, r.delivery_id) as delivery_id,
               d.file_name, d.loaded, coalesce(r.in_raw, 0) as in_raw
        from (select * from ops.deliveries where status in ('loaded', 'empty')) as d
        full outer join ({counted}) as r on d.delivery_id = r.delivery_id and d.stream = r.stream
        where coalesce(d.loaded, 0) <> coalesce(r.in_raw, 0)
        """,
        f"select coalesce(sum(in_raw), 0)::bigint from ({counted})",
        "raw",
    )
    lineage = ("_system", "_delivery_id", "_record_no", "_version_at", "_loaded_at")
    yield _Rule(
        "raw rows say where they come from",
        f"filled: {', '.join(lineage)}",
        " union all ".join(
            f"select {literal(name)} as stream, {', '.join(lineage)} from raw.{quoted(name)} "
            f"where {' or '.join(f'{column} is null' for column in lineage)}"
            for name in streams()
        ),
        f"select coalesce(sum(in_raw), 0)::bigint from ({counted})",
        "raw",
    )
    declared = ", ".join(
        f"({literal(stream.name)}, {literal(column)}, {literal(sql_type.upper())})"
        for stream in streams().values()
        for column, sql_type in raw_columns(stream).items()
    )
    yield _Rule(
        "raw columns have the types of the contract",
        "type per column of raw",
        f"""
        select w.stream, w.name, w.type as declared, c.data_type as found
        from (values {declared}) as w (stream, name, type)
        left join duckdb_columns() as c
            on c.schema_name = 'raw' and c.table_name = w.stream and c.column_name = w.name
            and c.database_name = current_database()
        where c.data_type is distinct from w.type
        """,
        "select count(*) from duckdb_columns() where schema_name = 'raw'",
        "raw",
    )


def _key_rules(suites: list[Suite], tables: dict[str, dict[str, str]]) -> Iterator[_Rule]:
    for suite in suites:
        if not suite.key or not set(suite.key) <= tables.get(suite.full_name, {}).keys():
            continue  # a missing table or column is the suite's own finding
        key = ", ".join(quoted(column) for column in suite.key)
        source = f"{quoted(suite.schema)}.{quoted(suite.table)}"
        anything = " or ".join(f"{quoted(column)} is null" for column in suite.key)
        yield _Rule(
            f"{suite.full_name} key is unique",
            f"key ({', '.join(suite.key)})",
            f"select {key}, count(*) as copies from {source} group by {key} having count(*) > 1 or bool_or({anything})",
            f"select count(*) from {source}",
            suite.full_name,
        )


def _day_rules(suites: list[Suite], tables: dict[str, dict[str, str]], day: date | None) -> Iterator[_Rule]:
    """No event of a released table lies after the last day. Times are UTC, so they may reach into the next day."""
    if day is None:
        return
    for suite in suites:
        types = tables.get(suite.full_name, {})
        source = f"{quoted(suite.schema)}.{quoted(suite.table)}"
        for column in suite.events:
            if column not in types:
                continue
            end = f"date '{day}'" if types[column] == "DATE" else f"timestamp '{day}' + interval 38 hours"
            shown = ", ".join(quoted(name) for name in dict.fromkeys((*suite.key, column)))
            yield _Rule(
                f"{suite.full_name} {column} not after as_of",
                f"{column} up to {day}",
                f"select {shown} from {source} where {quoted(column)} > {end}",
                f"select count({quoted(column)}) from {source}",
                suite.full_name,
            )


def _emptiness(
    con: duckdb.DuckDBPyConnection, suites: list[Suite], tables: dict[str, dict[str, str]]
) -> Iterator[CheckResult]:
    """Declared tables exist; they have rows unless they may be empty."""
    for suite in suites:
        name = f"{suite.full_name} has rows"
        if suite.full_name not in tables:
            message = "the table is declared as released and does not exist"
            yield CheckResult(name, LAYER, False, "critical", 0, 1, message, table=suite.full_name)
            continue
        source = f"{quoted(suite.schema)}.{quoted(suite.table)}"
        rows = con.execute(f"select count(*) from {source}").fetchall()[0][0]
        passed = rows > 0 or suite.may_be_empty
        message = f"{rows:,} rows" if rows else "no rows" + (", which is allowed" if passed else "")
        yield CheckResult(name, LAYER, passed, "critical", rows, int(not passed), message, table=suite.full_name)


def _judge(con: duckdb.DuckDBPyConnection, rule: _Rule) -> CheckResult:
    try:
        looked_at = con.execute(rule.looked_at).fetchall()[0][0]
        # Not count(*) over (): on a few filtered rows DuckDB before 1.5.6 fails now and then (duckdb/duckdb#25713).
        found = con.execute(f"""
            with breaches as materialized ({rule.breaches})
            select (select count(*) from breaches) as breaches, * from breaches order by all limit {SHOWN_ROWS}""")
        names = [column[0] for column in found.description][1:]
        breaches = found.fetchall()
    except duckdb.Error as error:
        message = f"cannot be computed: {str(error).splitlines()[0]}"
        return CheckResult(rule.name, LAYER, False, "critical", 0, 0, message, table=rule.table)
    failed = breaches[0][0] if breaches else 0
    rows = [dict(zip(names, breach[1:], strict=True)) for breach in breaches]
    message = f"{failed:,} of {looked_at:,} break it: {rule.says}" if failed else f"{looked_at:,} hold: {rule.says}"
    return CheckResult(rule.name, LAYER, not failed, "critical", looked_at, failed, message, rows, rule.table)


def _judge_tie(con: duckdb.DuckDBPyConnection, tie: Tie, day: date) -> CheckResult:
    """Both sides give (part, rows, amount); every part must agree in both, to the last digit."""
    before, after = (side.replace(":day", day.isoformat()) for side in (tie.before, tie.after))
    rule = _Rule(
        tie.name,
        tie.says,
        f"""
        select coalesce(l.part, r.part) as part, l.row_count as rows_before, r.row_count as rows_after,
               l.amount as amount_before, r.amount as amount_after
        from ({before}) as l (part, row_count, amount)
        full outer join ({after}) as r (part, row_count, amount) on l.part = r.part
        where coalesce(l.row_count, 0) <> coalesce(r.row_count, 0) or coalesce(l.amount, 0) <> coalesce(r.amount, 0)
        order by all
        """,
        f"select coalesce(sum(row_count), 0)::bigint from ({before}) as l (part, row_count, amount)",
        tie.tables[-1],
    )
    return _judge(con, rule)


def _tables(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Columns and types of every table and view of the candidate, by schema.table."""
    found: dict[str, dict[str, str]] = {}
    for schema, table, column, data_type in con.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where database_name = current_database() and not internal"
    ).fetchall():
        found.setdefault(f"{schema}.{table}", {})[column] = data_type
    return found
