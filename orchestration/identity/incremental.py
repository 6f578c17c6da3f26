"""Clusters, human decisions and ids recomputed only where links changed, by the same SQL as the whole pass.

Everything between links and persons depends on no more than a *closure*: points connected by accepted links or named in
one human decision. So the compiled models run unchanged over the closures that a change touches, in a schema of their
own, and their rows replace those of the same points. Point numbers must be stable from run to run.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

SCRATCH, POINTS = "touched", "points_touched"
# Tables that the chain reads, with the column by which a point owns a row. Links never leave a closure.
GIVEN = {
    "identity_points": "point_no",
    "identity_evidence": "point_no",
    "identity_edges": "point_a",
    "identity_traits": "point_no",
    "identity_scores": "point_a",
}
# Results whose rows belong to a point; the registry's belong to an id.
RESULTS = {
    "identity_components": "point_no",
    "identity_clusters": "point_no",
    "identity_regrouped": "point_no",
    "identity_persons": "point_no",
}
CLOSURES = """
with recursive edges as (
    select point_a as from_no, point_b as to_no from {identity}.identity_edges where status = 'accepted'
    union all select point_b, point_a from {identity}.identity_edges where status = 'accepted'
    union all select point_a, point_b from {identity}.identity_override_points where point_a <> point_b
    union all select point_b, point_a from {identity}.identity_override_points where point_a <> point_b
),
reached (point_no, closure_no) using key (point_no) as (
    select from_no, least(from_no, min(to_no)) from edges group by from_no
    union
    select edges.from_no, min(near.closure_no)
    from reached as near
    inner join edges on near.point_no = edges.to_no
    inner join recurring.reached as known on edges.from_no = known.point_no
    where near.closure_no < known.closure_no
    group by edges.from_no
)
select points.point_no, coalesce(reached.closure_no, points.point_no) as closure_no
from {identity}.identity_points as points
left join reached on points.point_no = reached.point_no
"""


@dataclass(frozen=True)
class Chain:
    """Compiled models by name, in the order in which they stand on each other, from clusters to persons."""

    models: dict[str, str]

    def whole(self, con: duckdb.DuckDBPyConnection) -> None:
        """Compute every closure and every model over all points."""
        self._override_points(con)
        con.execute(f"create or replace table identity.identity_closures as {CLOSURES.format(identity='identity')}")
        for name, sql in self.models.items():
            con.execute(f"create or replace table identity.{name} as {sql}")

    def advance(self, con: duckdb.DuckDBPyConnection, changed: str) -> int:
        """Recompute what the points in the relation `changed` (point_no) touch; how many points that were.

        The given tables hold the new state already. `changed` names points that are new or gone, whose evidence or
        traits changed, and both ends of links that came, went or changed. Changed decisions are found here.
        """
        con.execute("create or replace temp table rulings_before as from identity.identity_override_points")
        self._override_points(con)
        con.execute(
            f"""
            create or replace temp table {POINTS} as
            with ruled as (
                (from rulings_before except from identity.identity_override_points)
                union (from identity.identity_override_points except from rulings_before)
            ),
            seeds as (
                select point_no from {changed}
                union select point_a from ruled where point_a is not null
                union select point_b from ruled where point_b is not null
            )
            select point_no from seeds
            union select point_no from identity.identity_closures
            where closure_no in (select closure_no from identity.identity_closures semi join seeds using (point_no))
            """
        )
        with _scratch(con):
            self._into_scratch(con)
            self._replace(con)
        return con.execute(f"select count(*) from {POINTS}").fetchall()[0][0]

    def _override_points(self, con: duckdb.DuckDBPyConnection) -> None:
        con.execute(f"create or replace table identity.identity_override_points as {self.models[_RULINGS]}")

    def _into_scratch(self, con: duckdb.DuckDBPyConnection) -> None:
        """Views over the touched part of the given tables, and the models over these."""
        there = _tables(con)
        for name, column in GIVEN.items():
            if name in there:
                source = f"select * from identity.{name} where {column} in (from {POINTS})"
                con.execute(f"create table {SCRATCH}.{name} as {source}")
        con.execute(
            f"""
            create table {SCRATCH}.identity_records as
            from identity.identity_records semi join {SCRATCH}.identity_points using (point_id);
            create table {SCRATCH}.identity_override_points as
            from identity.identity_override_points where point_a in (from {POINTS}) or point_b in (from {POINTS});
            create temp table ids_touched as
            select customer_id from identity.identity_registry where group_no in (from {POINTS})
            union select customer_id from staging.stg_identity__anchors
            where anchor_point in (select point_id from {SCRATCH}.identity_points);
            create table {SCRATCH}.stg_identity__anchors as
            from staging.stg_identity__anchors semi join ids_touched using (customer_id);
            create table {SCRATCH}.identity_closures as {CLOSURES.format(identity=SCRATCH)}
            """
        )
        for name, sql in self.models.items():
            if name != _RULINGS:
                con.execute(f"create table {SCRATCH}.{name} as {_within(sql)}")

    def _replace(self, con: duckdb.DuckDBPyConnection) -> None:
        for name, column in (RESULTS | {"identity_closures": "point_no"}).items():
            if name in self.models or name == "identity_closures":
                con.execute(f"delete from identity.{name} where {column} in (from {POINTS})")
                con.execute(f"insert into identity.{name} from {SCRATCH}.{name}")
        con.execute("delete from identity.identity_registry where customer_id in (from ids_touched)")
        con.execute(f"insert into identity.identity_registry from {SCRATCH}.identity_registry")


_RULINGS = "identity_override_points"


def _within(sql: str) -> str:
    """The SQL with identity's tables and the anchors read from the scratch schema, everything else as it is."""
    sql = re.sub(r'"staging"\."stg_identity__anchors"', f'"{SCRATCH}"."stg_identity__anchors"', sql)
    return sql.replace('"identity".', f'"{SCRATCH}".')


def _tables(con: duckdb.DuckDBPyConnection) -> set[str]:
    rows = con.execute("select table_name from duckdb_tables() where schema_name = 'identity'").fetchall()
    return {name for (name,) in rows}


@contextmanager
def _scratch(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    con.execute(f"create schema {SCRATCH}")
    try:
        yield
    finally:
        con.execute(f"drop schema {SCRATCH} cascade; drop table if exists ids_touched")
