"""What a change of identity moves before it is released: persons, RFM segments, revenue per tier (ops.identity_impact).

Orders that both releases hold are counted by the person of the serving release and by the candidate's; an order that
is new counts for the candidate's person in both. The difference is then identity's alone.
"""

import os
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from data_quality.results import CheckResult
from orchestration.ingestion.store import connect, literal
from orchestration.own_yaml import read_yaml
from orchestration.settings import Settings

LAYER, TABLE = "identity", "ops.identity_impact"
THRESHOLDS = Path(__file__).with_name("impact.yml")
NEEDED = {"marts.bridge_customer_identities", "marts.customer_rfm", "core.fct_orders"}
COLUMNS = "metric varchar, part varchar, before decimal(38, 2), after decimal(38, 2), compared_with varchar"

_MOVED = """
create or replace temp table moved as
select a.customer_id as after_id, b.customer_id as before_id
from marts.bridge_customer_identities as a
inner join served.marts.bridge_customer_identities as b
    on a.stream = b.stream and a.system = b.system and a.record_ref = b.record_ref
where a.customer_id <> b.customer_id;

create or replace temp table touched as
select after_id as customer_id from moved union select before_id from moved;

create or replace temp table counted as
select o.customer_id as after_id, coalesce(b.customer_id, o.customer_id) as before_id, o.sales_base
from core.fct_orders as o
left join served.core.fct_orders as b on o.order_id = b.order_id
where o.customer_id is not null and not o.is_cancelled;
"""

_PERSONS = """
select 'persons', 'all', (select count(distinct customer_id) from served.marts.bridge_customer_identities),
    (select count(distinct customer_id) from marts.bridge_customer_identities)
union all
select 'persons', 'with moved records', (select count(distinct before_id) from moved),
    (select count(distinct after_id) from moved)
union all
select 'records', 'moved', 0, count(*) from moved
"""

_SEGMENTS = """
select 'customers by RFM segment', coalesce(b.rfm_segment, a.rfm_segment), coalesce(b.n, 0), coalesce(a.n, 0)
from (
    select rfm_segment, count(*) as n from served.marts.customer_rfm semi join touched using (customer_id) group by all
) as b
full join (
    select rfm_segment, count(*) as n from marts.customer_rfm semi join touched using (customer_id) group by all
) as a on a.rfm_segment = b.rfm_segment
"""


def assess(settings: Settings) -> list[CheckResult]:
    """Fill ops.identity_impact and the status of overrides; checks that may forbid the release.

    Empty where the candidate has no identity. The caller holds the writer lock.
    """
    con = connect(settings)
    try:
        rows = con.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        if not {name for (name,) in rows} >= NEEDED | {"identity.identity_persons"}:
            return []
        con.execute(f"create or replace table {TABLE} ({COLUMNS})")
        return [_overrides_hold(con), *_compare(con, settings)]
    finally:
        con.close()


def _compare(con: duckdb.DuckDBPyConnection, settings: Settings) -> list[CheckResult]:
    from orchestration.release.files import current_id
    from orchestration.release.model import release_path

    release_id = current_id(settings)
    if release_id is None:
        return []
    con.execute(f"attach {literal(str(release_path(settings, release_id)))} as served (read_only)")
    there = con.execute("select schema_name || '.' || table_name from duckdb_tables() where database_name = 'served'")
    if not {name for (name,) in there.fetchall()} >= NEEDED:
        return []
    con.execute(_MOVED)
    for query in (_PERSONS, _SEGMENTS, _tiers()):
        con.execute(f"insert into {TABLE} select *, {literal(release_id)} from ({query})").fetchall()
    return _judge(con, release_id)


def _tiers() -> str:
    """Revenue of every tier of the pyramid, customers ranked by revenue under either identity."""
    cases = " ".join(f"when share <= {end} then 'up to {end:.0%}'" for end in _thresholds()["tiers"])
    sides = " full join ".join(
        f"""(select case {cases} end as tier, sum(revenue) as revenue from (
            select sum(sales_base) as revenue, row_number() over (order by sum(sales_base) desc, {side}_id)
                / count(*) over () as share from counted group by {side}_id) group by 1) as {side[0]}"""
        for side in ("before", "after")
    )
    return f"""select 'revenue by tier', coalesce(b.tier, a.tier), coalesce(b.revenue, 0), coalesce(a.revenue, 0)
        from {sides} on a.tier = b.tier"""


def _judge(con: duckdb.DuckDBPyConnection, release_id: str) -> list[CheckResult]:
    limits = _thresholds()
    persons = con.execute("select count(distinct customer_id) from served.marts.bridge_customer_identities").fetchall()
    touched = con.execute("select count(*) from touched").fetchall()
    moved, total = con.execute(
        f"""select sum(abs(after - before)) / 2, sum(before) from {TABLE} where metric = 'revenue by tier'"""
    ).fetchall()[0]
    persons, touched = persons[0][0], touched[0][0]
    shown = [
        dict(zip(("metric", "part", "before", "after"), row, strict=True))
        for row in con.execute(
            f"select metric, part, before, after from {TABLE} where before <> after order by all limit 20"
        ).fetchall()
    ]
    few = touched < limits["persons_at_least"]
    return [
        _verdict("persons", touched, persons, limits["persons_share"], few, release_id, shown),
        _verdict("revenue by tier", moved or 0, total or 0, limits["revenue_share"], few, release_id, shown),
    ]  # fmt: skip


def _verdict(
    what: str, moved: Any, total: Any, allowed: float, few: bool, release_id: str, rows: list[dict[str, Any]]
) -> CheckResult:
    share = float(moved) / float(total) if total else 0.0
    text = f"{moved:,.0f} of {total:,.0f} ({share:.1%}) moved against {release_id}; allowed {allowed:.0%}"
    name = f"identity change: {what}"
    passed = few or share <= allowed
    if passed:
        return CheckResult(name, LAYER, True, "critical", int(total), 0, text, table=TABLE)
    if os.environ.get("CRM_ACCEPT_IDENTITY", "").strip().lower() in ("yes", "all", "1", "true"):
        return CheckResult(name, LAYER, False, "warning", int(total), 1, f"{text}; accepted", rows, TABLE)
    text += ". See `acrm identity report`; if it is meant, run again with CRM_ACCEPT_IDENTITY=yes"
    return CheckResult(name, LAYER, False, "critical", int(total), 1, text, rows, TABLE)


def _overrides_hold(con: duckdb.DuckDBPyConnection) -> CheckResult:
    """Every human decision in force shows in the persons; its status is written beside it."""
    con.execute(
        """
        update ops.identity_overrides as o set status = s.status from (
            select l.line_no, case
                when l.status <> 'applied' then l.status
                when l.action in ('merge', 'confirm') and a.cluster_no <> b.cluster_no then 'not obeyed'
                when l.action in ('forbid', 'split') and a.cluster_no = b.cluster_no then 'not obeyed'
                else 'applied' end as status
            from identity.identity_override_points as l
            left join identity.identity_persons as a on l.point_a = a.point_no
            left join identity.identity_persons as b on l.point_b = b.point_no
        ) as s where o.line_no = s.line_no
        """
    ).fetchall()
    lines = con.execute("select line_no, status from ops.identity_overrides order by line_no").fetchall()
    broken = [line for line, status in lines if status == "not obeyed"]
    waiting = [line for line, status in lines if status not in ("applied", "not obeyed")]
    text = f"{len(lines) - len(broken) - len(waiting)} of {len(lines)} human decisions in force"
    text += f"; lines {', '.join(map(str, waiting))} wait for their records" if waiting else ""
    if broken:
        text = (
            f"identity_overrides.csv, lines {', '.join(map(str, broken))}: other lines about the same contact data say "
        )
        text += "the opposite. Take one of them out."
    return CheckResult("identity overrides hold", LAYER, not broken, "critical", len(lines), len(broken), text)


@cache
def _thresholds() -> dict[str, Any]:
    return read_yaml(THRESHOLDS)
