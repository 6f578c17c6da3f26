"""Clusters, human decisions and ids recomputed only where something changed, by the same SQL as the whole pass.

Everything between links and persons depends on no more than a *closure*: points connected by accepted links, named in
one human decision, or held by one id so far. So the models run unchanged over the closures that a change touches, in a
database of their own, and their rows are those of a whole pass. Point numbers must be stable from run to run.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from orchestration.identity.engine import render

RULINGS = "identity_override_points"
# From finished clusters to ids: what human decisions change. And from links: what new records change, too.
FROM_CLUSTERS = (
    RULINGS, "identity_ruled_nodes", "identity_ruled_links", "identity_regrouped", "identity_registry",
    "identity_persons",
)  # fmt: skip
FROM_LINKS = (
    "identity_components", "identity_contradictions", "identity_holdings", "identity_clusters", *FROM_CLUSTERS,
)  # fmt: skip
# Tables by the column by which a point owns a row. Links never leave a closure.
OWNED = {
    "identity_points": "point_no",
    "identity_evidence": "point_no",
    "identity_edges": "point_a",
    "identity_traits": "point_no",
    "identity_scores": "point_a",
    "identity_components": "point_no",
    "identity_clusters": "point_no",
    "identity_regrouped": "point_no",
    "identity_persons": "point_no",
}
# Carried from the release before, by id; and the number of the next run, which depends on all of them.
CARRIED = ("stg_identity__anchors", "stg_identity__members")
RUN = "stg_identity__run"

# Ids that the touched points hold, or would found under a name that may be taken.
IDS = """
create or replace temp table ids_touched as
with points as (from identity.identity_points semi join points_touched using (point_no)),
active as (select customer_id from identity.identity_registry where group_no in (from points_touched))
from active
union
select customer_id from identity.identity_registry where merged_into in (from active)
union
select customer_id from staging.stg_identity__anchors where anchor_point in (select point_id from points)
union
select customer_id from staging.stg_identity__members semi join (
    from identity.identity_records semi join points using (point_id)
) using (stream, system, record_ref)
union
select 'c_' || substr(md5(point_id), 1, 16) from points
"""
# One step on: what these ids hold, what is decided about a touched point, and all that links connect to either.
REACHED = """
create or replace temp table points_reached as
with held as (
    select anchor_point as point_id from staging.stg_identity__anchors semi join ids_touched using (customer_id)
    union
    select point_id from identity.identity_records semi join (
        from staging.stg_identity__members semi join ids_touched using (customer_id)
    ) using (stream, system, record_ref)
),
ruled as (
    select point_a, point_b from identity.identity_override_points
    union
    select point_a, point_b from touched.identity.identity_override_points
),
near as (
    from points_touched
    union select point_no from identity.identity_points semi join held using (point_id)
    union select point_b from ruled where point_a in (from points_touched) and point_b is not null
    union select point_a from ruled where point_b in (from points_touched) and point_a is not null
)
from near
union
select point_no from identity.identity_components where component_no in (
    select component_no from identity.identity_components semi join near using (point_no)
)
"""
RULED = "select action, point_a, point_b, status from {}identity.identity_override_points"


@dataclass(frozen=True)
class Chain:
    """SQL of models by name, in the order in which they stand on each other, decisions and persons among them."""

    models: dict[str, str]

    @classmethod
    def of(cls, names: tuple[str, ...]) -> "Chain":
        """The project's models of these names."""
        return cls({name: render(name) for name in names})

    def whole(self, con: duckdb.DuckDBPyConnection) -> None:
        """Compute every model over all points."""
        for name, sql in self.models.items():
            con.execute(f"create or replace table identity.{name} as {sql}")

    def advance(self, con: duckdb.DuckDBPyConnection, changed: str) -> int:
        """Replace what the points in the relation `changed` (point_no) touch; how many points that were.

        The given tables hold the new state already. `changed` names points that are new or gone, whose evidence or
        traits changed, and both ends of links that came, went or changed. Changed decisions are found by themselves.
        """
        with self.touched(con, changed) as count:
            con.execute(f"create or replace table identity.{RULINGS} as from touched.identity.{RULINGS}")
            for name in OWNED.keys() & self.models.keys():
                con.execute(f"delete from identity.{name} where point_no in (from points_touched)")
                con.execute(f"insert into identity.{name} from touched.identity.{name}")
            con.execute(
                """
                delete from identity.identity_registry where customer_id in (from ids_touched);
                insert into identity.identity_registry from touched.identity.identity_registry
                """
            )
        return count

    @contextmanager
    def touched(self, con: duckdb.DuckDBPyConnection, changed: str | None = None) -> Iterator[int]:
        """Inside: the models' rows over what `changed` and changed decisions touch, in the database `touched`.

        Yields the number of these points; they are in `points_touched`. The connection's own database is only read.
        """
        con.execute("attach ':memory:' as touched")
        try:
            for schema in ("identity", "staging", "seeds"):
                con.execute(f"create schema touched.{schema}")
            con.execute(f"create table touched.identity.{RULINGS} as {self.models[RULINGS]}")
            count = _reach(con, changed)
            self._compute(con)
            yield count
        finally:
            con.execute("detach touched")

    def _compute(self, con: duckdb.DuckDBPyConnection) -> None:
        found = con.execute("select table_catalog, table_schema, table_name from information_schema.tables").fetchall()
        home = con.execute("select current_database()").fetchall()[0][0]
        for schema, name in [rest for catalog, *rest in found if catalog == home]:
            if name in OWNED and name not in self.models:
                rows = f"identity.{name} where {OWNED[name]} in (from points_touched)"
                con.execute(f"create table touched.identity.{name} as from {rows}")
            elif name in CARRIED:
                rows = f"staging.{name} semi join ids_touched using (customer_id)"
                con.execute(f"create table touched.staging.{name} as from {rows}")
            elif schema == "seeds":
                con.execute(f"create view touched.seeds.{name} as from {home}.seeds.{name}")
        con.execute(
            f"""
            create table touched.staging.{RUN} as from staging.{RUN};
            create table touched.identity.identity_records as
            from identity.identity_records semi join touched.identity.identity_points using (point_id);
            use touched
            """
        )
        try:
            for name, sql in self.models.items():
                if name != RULINGS:
                    con.execute(f"create table identity.{name} as {sql}")
        finally:
            con.execute(f"use {home}")


def _reach(con: duckdb.DuckDBPyConnection, changed: str | None) -> int:
    """Fill `points_touched` with the closures of changed points and decisions; how many points that are."""
    before, after = RULED.format(""), RULED.format("touched.")
    con.execute(
        f"""
        create or replace temp table points_touched as
        with ruled as (({before} except {after}) union ({after} except {before}))
        select point_a as point_no from ruled where point_a is not null
        union select point_b from ruled where point_b is not null
        {f"union select point_no from {changed}" if changed else ""}
        """
    )
    count, more = -1, _count(con)
    while more > count:
        con.execute(IDS)
        con.execute(REACHED)
        con.execute("create or replace temp table points_touched as from points_reached")
        count, more = more, _count(con)
    return count


def _count(con: duckdb.DuckDBPyConnection) -> int:
    return con.execute("select count(*) from points_touched").fetchall()[0][0]
