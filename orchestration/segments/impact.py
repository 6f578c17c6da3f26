"""Who enters and leaves segments by a release, told before it (ops.segment_changes): to be seen, not to forbid."""

from typing import Any

import duckdb

from data_quality.results import CheckResult
from orchestration.ingestion.store import connect, literal
from orchestration.settings import Settings

LAYER, TABLE, MEMBERS = "segments", "ops.segment_changes", "marts.segment_members"
SHOWN = 5
COLUMNS = (
    "segmentation varchar, segment varchar, before bigint, after bigint, entered bigint, departed bigint, "
    "compared_with varchar"
)


def assess(settings: Settings) -> list[CheckResult]:
    """Fill ops.segment_changes with the segments that differ from the serving release; one check that always passes.

    Empty where the candidate has no segments. The caller holds the writer lock.
    """
    from orchestration.release.files import current_id
    from orchestration.release.model import release_path

    con = connect(settings)
    try:
        if not _has_members(con, "current_database()"):
            return []
        con.execute("create schema if not exists ops")
        con.execute(f"create or replace table {TABLE} ({COLUMNS})")
        release_id = current_id(settings)
        if release_id is None:
            return [_told(con, "no release before this one to compare segments with", [])]
        con.execute(f"attach {literal(str(release_path(settings, release_id)))} as served (read_only)")
        if not _has_members(con, "'served'"):
            return [_told(con, f"{release_id} has no segments to compare with", [])]
        con.execute(
            f"insert into {TABLE} select *, {literal(release_id)} from ({compared(MEMBERS, f'served.{MEMBERS}')})"
        )
        return [_summed(con, release_id)]
    finally:
        con.close()


def compared(after: str, before: str) -> str:
    """SQL: per segment that somebody enters or leaves the members before and after, and how many come and go."""
    return f"""
        select
            coalesce(a.segmentation, b.segmentation) as segmentation, coalesce(a.segment, b.segment) as segment,
            count(b.customer_id) as before, count(a.customer_id) as after,
            count(*) filter (where b.customer_id is null) as enter,
            count(*) filter (where a.customer_id is null) as leave
        from {after} as a
        full outer join {before} as b
            on a.segmentation = b.segmentation and a.segment = b.segment and a.customer_id = b.customer_id
        group by all
        having enter + leave > 0"""


def _summed(con: duckdb.DuckDBPyConnection, release_id: str) -> CheckResult:
    entered, departed, segments = con.execute(
        f"select coalesce(sum(entered), 0), coalesce(sum(departed), 0), count(*) from {TABLE}"
    ).fetchall()[0]
    most = con.execute(f"""
        select segmentation, segment, before, after, entered, departed from {TABLE}
        order by entered + departed desc, segmentation, segment limit {SHOWN}""").fetchall()
    names = ("segmentation", "segment", "before", "after", "entered", "departed")
    rows = [dict(zip(names, row, strict=True)) for row in most]
    if not segments:
        return _told(con, f"nobody enters or leaves a segment against {release_id}", rows)
    shown = ", ".join(f"{r['segmentation']}/{r['segment']} +{r['entered']:,} \u2212{r['departed']:,}" for r in rows)
    text = f"{entered:,} memberships begin and {departed:,} end in {segments:,} segments against {release_id}"
    return _told(con, f"{text}; most: {shown}", rows)


def _told(con: duckdb.DuckDBPyConnection, text: str, rows: list[dict[str, Any]]) -> CheckResult:
    members = con.execute(f"select count(*) from {MEMBERS}").fetchall()[0][0]
    return CheckResult("segment changes", LAYER, True, "info", members, 0, text, rows, TABLE)


def _has_members(con: duckdb.DuckDBPyConnection, database: str) -> bool:
    known = f"select schema_name || '.' || table_name from duckdb_tables() where database_name = {database}"
    return (MEMBERS,) in con.execute(known).fetchall()
