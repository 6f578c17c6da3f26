"""Volume gates: a table that lost half its rows, quadrupled or vanished, and a source that delivered nothing.

A map expectation passes on an empty table, and a test of keys passes on half a table; only counts against the release
that serves now see such a loss. The first release has nothing to compare with and passes.
"""

import os
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from data_quality.results import CheckResult
from orchestration.ingestion.store import literal, quoted
from orchestration.own_yaml import read_yaml
from orchestration.release.files import current_id
from orchestration.release.model import list_releases
from orchestration.settings import Settings
from orchestration.spill import spill

THRESHOLDS = Path(__file__).parent / "volume.yml"
_COMPARED = ("core", "marts", "scores")
_WORK = "work"


def volume_gates(settings: Settings) -> list[CheckResult]:
    """Row counts of the candidate against the serving release, and the newest delivery of every feed."""
    accepted = {name.strip() for name in os.environ.get("CRM_ACCEPT_VOLUME", "").split(",") if name.strip()}
    serving = current_id(settings)
    before = next((info for info in list_releases(settings) if info.release_id == serving), None)
    with duckdb.connect(config=spill()) as con:
        con.execute(f"attach {literal(str(settings.work_db))} as {_WORK} (read_only)")
        results = _empty_deliveries(con, accepted)
        if before is None:
            return results
        now = _row_counts(con)
    then = {name: info.rows for name, info in before.tables.items() if name.split(".")[0] in _COMPARED}
    return results + [_compare(name, then[name], now.get(name), before.release_id, accepted) for name in sorted(then)]


def _compare(name: str, then: int, now: int | None, release_id: str, accepted: set[str]) -> CheckResult:
    """One table against its row count in the serving release."""
    limits = _thresholds()["default"] | _thresholds()["tables"].get(name, {})
    if now is None:
        problem = f"the table was in {release_id} and is gone"
    elif name in _thresholds()["findings"]:
        problem = None
    elif then and not now:
        problem = f"no rows; {release_id} had {then:,}"
    elif max(then, now) < limits["min_rows"] or limits["fall"] * then < now < limits["rise"] * then or not then:
        problem = None
    else:
        change = f"{(now - then) / then:+.0%}"
        problem = f"{now:,} rows, {change} against {then:,} in {release_id} (allowed: more than "
        problem += f"{limits['fall'] - 1:+.0%}, less than {limits['rise'] - 1:+.0%})"
    return _verdict(f"{name} volume", name, name, now or 0, problem, f"{now or 0:,} rows, {then:,} before", accepted)


def _empty_deliveries(con: duckdb.DuckDBPyConnection, accepted: set[str]) -> list[CheckResult]:
    """A feed that delivered records before and whose newest delivery holds none."""
    if not con.execute(
        "select 1 from duckdb_tables() where database_name = ? and schema_name = 'ops' and table_name = 'deliveries'",
        [_WORK],
    ).fetchall():
        return []
    rows = con.execute(
        f"""
        with per_delivery as (
            select feed, delivery_id, min(file_name) as file_name, max(seq) as seq, sum(records_in) as records
            from {_WORK}.ops.deliveries
            group by feed, delivery_id
        )
        select feed, arg_max(file_name, seq), arg_max(records, seq)::bigint, sum(records)::bigint
        from per_delivery
        group by feed
        order by feed
        """
    ).fetchall()
    may_be_empty = set(_thresholds()["feeds_may_be_empty"])
    results = []
    for feed, file_name, records, total in rows:
        empty = total > 0 and records == 0 and feed not in may_be_empty
        problem = f"the newest delivery {file_name} is empty; earlier ones brought {total:,} records" if empty else None
        found = f"the newest delivery brought {records:,} records"
        results.append(_verdict(f"{feed} newest delivery", "ops.deliveries", feed, records, problem, found, accepted))
    return results


def _verdict(
    name: str, table: str, subject: str, evaluated: int, problem: str | None, found: str, accepted: set[str]
) -> CheckResult:
    """Pass, let through by CRM_ACCEPT_VOLUME, or block with the way out in the message."""
    if problem is None:
        return CheckResult(name, "volume", True, "critical", evaluated, 0, found, table=table)
    if accepted & {subject, "all"}:
        return CheckResult(name, "volume", False, "warning", evaluated, 1, f"{problem}; accepted", table=table)
    message = f"{problem}. If this is meant, run again with CRM_ACCEPT_VOLUME={subject}"
    return CheckResult(name, "volume", False, "critical", evaluated, 1, message, table=table)


def _row_counts(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    names = con.execute(
        "select distinct schema_name, table_name from duckdb_columns() "
        "where database_name = ? and schema_name in (select unnest(?)) order by all",
        [_WORK, list(_COMPARED)],
    ).fetchall()
    return {
        f"{schema}.{table}": con.execute(f"select count(*) from {_WORK}.{quoted(schema)}.{quoted(table)}").fetchall()[
            0
        ][0]
        for schema, table in names
    }


@cache
def _thresholds() -> dict[str, Any]:
    return read_yaml(THRESHOLDS)
