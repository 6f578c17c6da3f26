"""ops.quality_scorecard: how good each source was in each run (S027). One row per system, stream and run.

accuracy      share of the delivered records that passed the gate and the Great Expectations suite of the stream:
              loaded / records_in × (1 - records that failed a critical or warning expectation / records checked).
              Counts cover deliveries that still count (superseded ones do not); rejected records count as inaccurate.
completeness  filled cells / cells, over the required columns of the contract and the `wanted` ones of scorecard.yml,
              in all rows of raw.
timeliness    1 while the newest event is at most `fresh_days` before as_of, 0 from `stale_days` on, linear between.
              `lag_days` = as_of - newest event; null for streams without event time, whose timeliness is null.
              `deliveries_late` counts deliveries whose newest event is older than that of an earlier delivery.
score         mean of those of the three that are known, from 0 to 100.

Clocks play no part: lag is measured in the data's own time, runs are ordered by `run_no`.
"""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from data_quality.results import CheckResult
from orchestration.contract import Stream, streams
from orchestration.ingestion.store import connect, literal, quoted
from orchestration.own_yaml import read_yaml
from orchestration.settings import Settings

EXPECTED = Path(__file__).parent / "scorecard.yml"
KEPT_RUNS = 400  # runs kept in the table: a year of daily runs

_TABLE = """
    create table if not exists ops.quality_scorecard (
        run_no bigint not null, run_id varchar not null, as_of date not null,
        system varchar not null, stream varchar not null,
        records_in bigint not null, loaded bigint not null, quarantined bigint not null, rejected bigint not null,
        records_checked bigint not null, records_failed bigint not null,
        cells bigint not null, cells_filled bigint not null,
        deliveries bigint not null, deliveries_late bigint not null,
        newest_event_on date, lag_days bigint,
        accuracy decimal(7, 4), completeness decimal(7, 4), timeliness decimal(7, 4), score decimal(5, 2)
    )"""

# Records that reached no stream (no route takes them, or a delivery for several streams was rejected) count as well.
_UNROUTED = """
    insert into ops.quality_scorecard
    select ?, ?, ?, system, stream, sum(records_in), sum(loaded), sum(quarantined), sum(rejected), 0, 0, 0, 0,
           count(distinct delivery_id), 0, null, null, 0, null, null, 0
    from ops.deliveries
    where status <> 'superseded' and records_in > 0
        and stream not in (select stream from ops.quality_scorecard where run_no = ?)
    group by system, stream"""


def build_scorecard(settings: Settings, as_of: date, run_id: str, results: list[CheckResult]) -> int:
    """Write the rows of a run, replacing those of the same `run_id`; how many were written.

    `results` are those of `run_suites(settings, "raw")`. The caller holds the writer lock and publishes afterwards.
    """
    con = connect(settings)
    try:
        con.begin()
        con.execute(_TABLE)
        con.execute("delete from ops.quality_scorecard where run_id = ?", [run_id]).fetchall()
        run_no = con.execute("select coalesce(max(run_no), 0) + 1 from ops.quality_scorecard").fetchall()[0][0]
        con.execute("delete from ops.quality_scorecard where run_no <= ?", [run_no - KEPT_RUNS]).fetchall()
        _checked(con, results)
        delivered = con.execute(
            "select distinct stream from ops.deliveries where stream in (select unnest(?)) order by stream",
            [list(streams())],
        ).fetchall()
        for (stream,) in delivered:
            con.execute(_insert(streams()[stream], as_of), [run_no, run_id]).fetchall()
        con.execute(_UNROUTED, [run_no, run_id, as_of, run_no]).fetchall()
        written = con.execute("select count(*) from ops.quality_scorecard where run_no = ?", [run_no]).fetchall()[0][0]
        con.commit()
        return written
    finally:
        con.close()


def _checked(con: duckdb.DuckDBPyConnection, results: list[CheckResult]) -> None:
    """Records checked and failed per stream and system, as a temporary table."""
    rows = [(r.table.removeprefix("raw."), r.system, r.evaluated, r.failed) for r in results if r.system is not None]
    con.execute("create or replace temp table checked (stream varchar, system varchar, records bigint, failed bigint)")
    if rows:
        con.executemany("insert into checked values (?, ?, ?, ?)", rows)


def _insert(stream: Stream, as_of: date) -> str:
    """The statement that measures one stream; one scan of its raw table."""
    wanted = dict.fromkeys((*stream.required, *_expected()["wanted"].get(stream.name, ())))
    filled = " + ".join(f"count({quoted(column)})" for column in wanted) or "0"
    limits = _expected()["timeliness"]
    fresh, stale = limits["fresh_days"], limits["stale_days"]
    newest = "null::date"
    if stream.event_time:
        at = f"max({quoted(stream.event_time)})"
        is_date = stream.columns[stream.event_time].type == "date"
        newest = at if is_date else f"cast(timezone(any_value(_zone), timezone('UTC', {at})) as date)"
    name, day = literal(stream.name), f"date '{as_of}'"
    return f"""
    insert into ops.quality_scorecard
    with by_delivery as (
        select _system as system, _delivery_id as delivery_id, count(*) as row_count,
               ({filled})::bigint as cells_filled, {newest} as newest_on
        from raw.{quoted(stream.name)} group by all
    ),
    accounts as (
        select system, delivery_id, seq, records_in, loaded, quarantined, rejected
        from ops.deliveries where stream = {name} and status <> 'superseded'
    ),
    in_order as (
        select a.*, b.row_count, b.cells_filled,
               case when b.newest_on > {day} then {day} else b.newest_on end as newest_on,
               coalesce(b.newest_on < max(b.newest_on) over (
                   partition by a.system order by a.seq rows between unbounded preceding and 1 preceding
               ), false) as is_late
        from accounts as a left join by_delivery as b on a.delivery_id = b.delivery_id and a.system = b.system
    ),
    summed as (
        select system, sum(records_in)::bigint as records_in, sum(loaded)::bigint as loaded,
               sum(quarantined)::bigint as quarantined, sum(rejected)::bigint as rejected,
               coalesce(sum(row_count), 0)::bigint * {len(wanted)} as cells,
               coalesce(sum(cells_filled), 0)::bigint as cells_filled,
               count(distinct delivery_id) as deliveries, count(*) filter (where is_late) as deliveries_late,
               max(newest_on) as newest_event_on
        from in_order group by system
    ),
    rated as (
        select s.*, coalesce(c.records, 0) as records_checked, coalesce(c.failed, 0) as records_failed,
               {day} - newest_event_on as lag_days,
               (loaded / nullif(records_in, 0)) * (1 - coalesce(c.failed / nullif(c.records, 0), 0)) as accuracy,
               cells_filled / nullif(cells, 0) as completeness,
               greatest(0, least(1, ({stale} - ({day} - newest_event_on)) / {stale - fresh})) as timeliness
        from summed as s left join checked as c on c.stream = {name} and c.system = s.system
    )
    select ?, ?, {day}, system, {name}, records_in, loaded, quarantined, rejected, records_checked, records_failed,
           cells, cells_filled, deliveries, deliveries_late, newest_event_on, lag_days,
           accuracy, completeness, timeliness, 100 * list_avg([accuracy, completeness, timeliness])
    from rated order by system
    """


@cache
def _expected() -> dict[str, Any]:
    return read_yaml(EXPECTED)
