"""What segmentations would give, before anything is built: counts, and who would enter or leave against the release."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from orchestration.ingestion.store import literal
from orchestration.segments.impact import compared
from orchestration.segments.model import Segmentation, SegmentError

MEMBERS = "marts.segment_members"
FACTS = "marts.segment_facts"


def counts(con: duckdb.DuckDBPyConnection, wanted: Iterable[Segmentation]) -> list[dict[str, Any]]:
    """Per segment: customers, their share of all, net sales in the base currency. Empty classes are listed, too."""
    found = []
    for each in wanted:
        rows = _run(
            con,
            each,
            f"select segment, count(*), cast(sum(net_base) as double), count(*) / (select count(*) from {FACTS}) "
            f"from ({_members(each)}) where segment is not null group by segment",
        )
        named = {segment: (customers, net, share) for segment, customers, net, share in rows}
        order = [c.name for c in each.classes] or sorted(named, key=lambda segment: (-named[segment][0], segment))
        for segment in order:
            customers, net, share = named.get(segment, (0, 0.0, 0.0))
            found.append(
                {
                    "segmentation": each.name,
                    "segment": segment,
                    "customers": customers,
                    "share": round(share, 4),
                    "net_base": round(net, 2),
                }
            )
    return found


def changes(
    con: duckdb.DuckDBPyConnection, release: Path | None, wanted: Iterable[Segmentation]
) -> list[dict[str, Any]]:
    """Per segment that changes: members before (in the release) and after, how many enter and leave.

    A customer who was merged into another leaves under the old id and may enter under the new one.
    """
    wanted = list(wanted)
    released = _attach(con, release)
    con.execute(
        "create or replace temp table after_members (segmentation varchar, segment varchar, customer_id varchar)"
    )
    for each in wanted:
        _run(
            con,
            each,
            f"insert into temp.after_members select {literal(each.name)}, segment, customer_id "
            f"from ({_members(each)}) where segment is not null",
        )
    names = ", ".join(literal(each.name) for each in wanted) or "''"
    before = f"select segmentation, segment, customer_id from {released} where segmentation in ({names})"
    cursor = con.execute(f"{compared('temp.after_members', f'({before})')} order by segmentation, segment")
    columns = [column[0] for column in cursor.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _members(each: Segmentation) -> str:
    return f"select customer_id, net_base, cast(({each.expression}) as varchar) as segment from {FACTS}"


def _run(con: duckdb.DuckDBPyConnection, each: Segmentation, sql: str) -> list[tuple]:
    try:
        return con.execute(sql).fetchall()
    except duckdb.CatalogException:
        raise SegmentError(f"There is no table {FACTS} yet; `acrm run` makes it.") from None
    except duckdb.Error as error:  # a cast or a division that fails on real values
        raise SegmentError(f"{each.file}:{each.line}: {each.name}: {str(error).splitlines()[0]}") from None


def _attach(con: duckdb.DuckDBPyConnection, release: Path | None) -> str:
    """The released members as something to select from; an empty relation before the first release with segments."""
    nothing = "(select null::varchar as segmentation, null::varchar as segment, null::varchar as customer_id limit 0)"
    if release is None or not release.exists():
        return nothing
    con.execute(f"attach if not exists {literal(str(release))} as serving (read_only)")
    known = "select count(*) from duckdb_tables() where database_name = 'serving' and table_name = 'segment_members'"
    return f"serving.{MEMBERS}" if con.execute(known).fetchall()[0][0] else nothing
