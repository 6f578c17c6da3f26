"""Point-in-time audit: a feature of a cutoff must not change by a bit when all after the cutoff is gone or wrong.

The SQL that builds the features is run three times on the same warehouse: as it is, with all rows after the cutoff
deleted, and with them scrambled. Cells of the features up to the cutoff that differ are what leaked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

# What features read, and the day a row happened on.
FACTS = {
    "core.fct_orders": "ordered_on",
    "core.fct_returns": "returned_on",
    "core.customer_interactions": "happened_on",
    "core.fct_surveys": "answered_on",
}
ORDER = (
    "feature_cutoffs",
    "feature_segments",
    "feature_windows",
    "feature_days",
    "feature_touches",
    "customer_features",
)

# Later rows go to other customers, with other amounts and kinds, and three times as many as there were.
SCRAMBLES = {
    "core.fct_orders": {
        "sales_base": "sales_base * 7 + 13", "discount_base": "discount_base + 5", "cost_base": "cost_base * 3",
        "channel_group": "'store'", "is_cancelled": "not is_cancelled",
    },
    "core.fct_returns": {"deducted_base": "deducted_base + 1000"},
    "core.customer_interactions": {"family": "'browsing'", "type": "'cart'"},
    "core.fct_surveys": {"score_percent": "100 - score_percent"},
}  # fmt: skip


@dataclass(frozen=True)
class Audit:
    """Differing cells by cutoff and disturbance ('deleted' or 'scrambled'), and how many cells were compared."""

    differing: dict[tuple[date, str], int]
    compared: int

    @property
    def leaked(self) -> int:
        """Cells that differ in all; 0 is the only good answer."""
        return sum(self.differing.values())


def point_in_time(
    con: duckdb.DuckDBPyConnection, models: Mapping[str, str], cutoffs: list[date], facts: Mapping[str, str] = FACTS
) -> Audit:
    """models: name -> SQL of the models of ORDER. The connection's warehouse is put back as it was by a rollback."""
    differing, compared = {}, 0
    for cutoff in cutoffs:
        con.execute("begin")
        try:
            _build(con, models)
            con.execute(
                "create or replace temp table audited as select * from features.customer_features where cutoff_on <= ?",
                [cutoff],
            )
            columns = [name for name, *_ in con.execute("describe audited").fetchall()]
            compared += 2 * len(columns) * con.execute("select count(*) from audited").fetchall()[0][0]
            for how in ("scrambled", "deleted"):  # what was scrambled is deleted afterwards
                for table, day in facts.items():
                    _disturb(con, table, day, cutoff, how)
                _build(con, models)
                differing[cutoff, how] = _differing(con, cutoff, columns)
        finally:
            con.execute("rollback")
    return Audit(differing, compared)


def _build(con: duckdb.DuckDBPyConnection, models: Mapping[str, str]) -> None:
    for name in ORDER:
        con.execute(f"create or replace table features.{name} as {models[name]}")


def _disturb(con: duckdb.DuckDBPyConnection, table: str, day: str, cutoff: date, how: str) -> None:
    later = f"from {table} where {day} > ?"
    if how == "scrambled":
        changed = ", ".join(f"({sql}) as {name}" for name, sql in SCRAMBLES[table].items())
        other = "select customer_id from features.feature_segments order by hash(customer_id) limit 1"
        owner = f"case when hash(customer_id) % 2 = 0 then ({other}) else customer_id end as customer_id"
        moved = f"select * replace ({changed}, {owner})"
        con.execute(f"create or replace temp table disturbed as {moved} {later}", [cutoff])
        con.execute(f"delete {later}", [cutoff])
        for _ in range(3):
            con.execute(f"insert into {table} select * from disturbed")
    else:
        con.execute(f"delete {later}", [cutoff])


def _differing(con: duckdb.DuckDBPyConnection, cutoff: date, columns: list[str]) -> int:
    """Cells of the audited rows that are not the same now; a row that is only on one side counts with all its cells."""
    keys = ("customer_id", "cutoff_on")
    unlike = " + ".join(f"(a.{c} is distinct from b.{c})::int" for c in columns if c not in keys)
    only = f"a.customer_id is null or b.customer_id is null then {len(columns)}"
    found = con.execute(
        f"""select coalesce(sum(case when {only} else {unlike} end), 0)
        from audited as a full join (from features.customer_features where cutoff_on <= ?) as b
            on a.customer_id = b.customer_id and a.cutoff_on = b.cutoff_on""",
        [cutoff],
    )
    return int(found.fetchall()[0][0])
