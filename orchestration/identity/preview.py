"""What identity_overrides.csv would change over the last build: the closures of changed decisions, and nothing written.

work.duckdb is attached read-only to a database in memory, which sees its tables through views; what the next run would
carry over from the newest release comes the same way. So the models run as they are, over the touched points alone.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

from orchestration.identity import overrides
from orchestration.identity.engine import render
from orchestration.identity.explain import shown
from orchestration.identity.incremental import CARRIED, FROM_CLUSTERS, OWNED, RULINGS, RUN, Chain
from orchestration.identity.report import rows
from orchestration.identity.state import foresee, load_overrides
from orchestration.ingestion.store import WarehouseBusy, literal
from orchestration.settings import Settings
from orchestration.spill import spill

TABLES = (*OWNED, RULINGS, "identity_records", "identity_registry")
STAGED = (*CARRIED, "stg_identity__decisions", "stg_identity__overrides", RUN)

# A line is its action and its two records, as in the log of decisions: other words or another place in the file are no
# change. Its effect is whether its two records are one person where they were two, or the other way round; a record
# that is split from everybody loses company, or gets it back.
LINES = """
with
now as (from touched.identity.identity_override_points),
was as (from identity.identity_override_points),
lines as (
    select 'new' as state, * from now anti join was
    on now.action = was.action and now.record_a = was.record_a and now.record_b is not distinct from was.record_b
    union all
    select 'gone' as state, * replace (null as line_no) from was anti join now
    on now.action = was.action and now.record_a = was.record_a and now.record_b is not distinct from was.record_b
),
before as (
    select point_no, cluster_no, count(*) over person as company, bit_xor(hash(point_no)) over person as who
    from identity.identity_persons semi join points_touched using (point_no)
    window person as (partition by cluster_no)
),
after as (
    select point_no, cluster_no, count(*) over person as company, bit_xor(hash(point_no)) over person as who
    from touched.identity.identity_persons
    window person as (partition by cluster_no)
),
stood as (
    select
        lines.*,
        if(record_b is null, a_before.company > 1, a_before.cluster_no = b_before.cluster_no) as was_one,
        if(record_b is null, a_after.company > 1, a_after.cluster_no = b_after.cluster_no) as is_one,
        a_after.who = a_before.who as is_same
    from lines
    left join before as a_before on lines.point_a = a_before.point_no
    left join before as b_before on lines.point_b = b_before.point_no
    left join after as a_after on lines.point_a = a_after.point_no
    left join after as b_after on lines.point_b = b_after.point_no
)
select
    state, line_no as line, action, record_a, record_b, decided_by, decided_on, reason,
    case
        when status = 'pending' then if(state = 'new', 'pending', 'none')
        when if(record_b is null, is_same, was_one = is_one) then 'none'
        when if(record_b is null, state = 'gone', is_one) then 'one'
        else 'two'
    end as effect,
    case
        when status = 'pending' then if(point_a is null, record_a, record_b) || ' has not arrived'
        when status = 'one_contact_point' then 'both are one contact point'
        when record_b is null then if(is_one, 'it has company', 'it stands alone')
        else if(is_one, 'they are one person', 'they are two persons')
    end as because
from stood
order by state desc, line, action, record_a, record_b
"""
MOVED = """
select before.customer_id, after.customer_id, records.stream || ':' || records.system || ':' || records.record_ref
from touched.identity.identity_persons as after
inner join identity.identity_persons as before using (point_no)
inner join touched.identity.identity_records as records on after.point_id = records.point_id
where before.customer_id is distinct from after.customer_id
order by all
"""
HELD = """
select (select list(distinct customer_id) from identity.identity_persons semi join points_touched using (point_no)),
    (select list(distinct customer_id) from touched.identity.identity_persons)
"""


class NotBuilt(LookupError):
    """There is no build to look at; the message says what makes one."""


def preview(settings: Settings, show: bool = False) -> dict[str, Any]:
    """Plain data: `lines` that are new or gone, with their effect, `moves` of ids, how many of `points` were looked at.

    Raises OverrideError as a run would, NotBuilt without a build, WarehouseBusy while a run writes.
    """
    decided = overrides.read(settings.identity_overrides)
    with _last_build(settings) as con:
        load_overrides(con, decided)
        with Chain.of(FROM_CLUSTERS).touched(con) as looked_at:
            lines, moves = _lines(con, show), _moves(con, show)
        points = con.execute("select count(*) from identity.identity_points").fetchall()[0][0]
    return {"lines": lines, "moves": moves, "looked_at": looked_at, "points": points}


@contextmanager
def _last_build(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory that sees the last build, and starts from what the next run would start from."""
    with duckdb.connect(config=settings.engine | spill()) as con:
        try:
            con.execute(f"attach {literal(str(settings.work_db))} as work (read_only)")
        except duckdb.IOException as error:
            if "lock" not in str(error):
                raise
            raise WarehouseBusy(f"A run is writing to {settings.work_db}; try again when it has ended.") from None
        try:
            for schema in ("ops", "staging", "identity"):
                con.execute(f"create schema {schema}")
            foresee(con, settings, "work")
            for name in STAGED:
                con.execute(f"create view staging.{name} as {render(name)}")
            for name in TABLES:
                con.execute(f"create view identity.{name} as from work.identity.{name}")
            yield con
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            reason = str(error).splitlines()[0]
            raise NotBuilt(
                f"{settings.work_db} holds no build of this version ({reason}); `acrm run` makes it."
            ) from None


def _lines(con: duckdb.DuckDBPyConnection, show: bool) -> list[dict[str, Any]]:
    masked = ("record_a", "record_b", "because")
    return [line | {name: shown(line[name], show) for name in masked} for line in rows(con, LINES)]


def _moves(con: duckdb.DuckDBPyConnection, show: bool) -> list[dict[str, Any]]:
    """Records that change their id, by the id before and after; no id is nobody's."""
    records: dict[tuple[str | None, str | None], list[str | None]] = defaultdict(list)
    for before, after, record in con.execute(MOVED).fetchall():
        records[before, after].append(shown(record, show))
    had, have = (set(ids or ()) for ids in con.execute(HELD).fetchall()[0])
    return [
        {"kind": _kind(*ids, had, have), "before": ids[0], "after": ids[1], "count": len(names), "records": names}
        for ids, names in records.items()
    ]


def _kind(before: str | None, after: str | None, had: set[str], have: set[str]) -> str:
    """What becomes of two ids, of which some are held by records before (`had`) and after (`have`)."""
    if before is None or after is None:
        return "appear" if before is None else "vanish"
    if before in have:
        return "move" if after in had else "split"
    return "merge" if after in had else "rename"
