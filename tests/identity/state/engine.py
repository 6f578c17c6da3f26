"""The SQL of identity's state over hand-made contact points: compiled once by dbt, run in milliseconds without it."""

from dataclasses import dataclass, field

import duckdb

from orchestration.identity.overrides import Override, Record
from orchestration.identity.state import load_overrides
from orchestration.identity.tables import IDENTITY_TABLES
from tests.dbt.project import Dbt

FOLDERS = ("path:models/staging/identity", "path:models/identity/state")
GIVEN = {
    "identity_points": "point_id varchar, point_no bigint, stream varchar",
    "identity_records": "stream varchar, system varchar, record_ref varchar, point_id varchar",
    "identity_evidence": "point_no bigint, kind varchar, value varchar, is_guarded boolean",
    "identity_edges": """point_a bigint, point_b bigint, source varchar, rule varchar, kind varchar, value varchar,
        weight double, status varchar, reason varchar""",
    "identity_scores": "point_a bigint, point_b bigint, pattern bigint, conflict varchar, weight double",
    "identity_clusters": "point_id varchar, point_no bigint, cluster_no bigint, customer_id varchar",
}
WEIGHTS = "version varchar, comparison varchar, level integer, m double, u double, weight double"


def compiled(dbt: Dbt) -> dict[str, tuple[str, str]]:
    """(schema, SQL) of every model of the state in the order in which they stand on each other."""
    result = dbt.invoke("compile", "--select", *FOLDERS)
    assert result.success, result.exception
    nodes = {r.node.unique_id: r.node for r in result.result if r.node.resource_type == "model"}
    ordered: dict[str, tuple[str, str]] = {}
    while len(ordered) < len(nodes):
        for node in nodes.values():
            needs = [n for n in node.depends_on.nodes if n in nodes]
            if node.name not in ordered and all(nodes[n].name in ordered for n in needs):
                ordered[node.name] = (node.schema, node.compiled_code)
    return ordered


@dataclass
class People:
    """Records `n` of one stream that share values: {value: [n, …]}. A release carries them into the next run."""

    models: dict[str, tuple[str, str]]
    con: duckdb.DuckDBPyConnection = field(default_factory=duckdb.connect)

    def __post_init__(self) -> None:
        self.con.execute("attach ':memory:' as work; use work; set threads = 1")
        for schema in ("ops", "seeds", "staging", "identity"):
            self.con.execute(f"create schema {schema}")
        for name, columns in IDENTITY_TABLES.items():
            self.con.execute(f"create table ops.{name} ({columns})")
        self.con.execute(f"create table seeds.identity_weights ({WEIGHTS})")
        for name, columns in GIVEN.items():
            self.con.execute(f"create table identity.{name} ({columns})")

    def run(self, records: list[int], shared: dict[str, list[int]], *lines: Override) -> dict[int, str]:
        """Cluster the records by what they share, apply the lines, give ids; {n: customer_id}."""
        self.give(records, shared, *lines)
        self._fill("identity_clusters", self._clusters())
        for name, (schema, sql) in self.models.items():
            if schema == "identity":
                self.con.execute(f"create or replace table {schema}.{name} as {sql}")
        query = "select point_id, customer_id from identity.identity_persons"
        return {int(p.split(":")[2]): c for p, c in self.con.execute(query).fetchall()}

    def give(self, records: list[int], shared: dict[str, list[int]], *lines: Override) -> None:
        """Points, links and human decisions, as the models before would leave them. Record n is point n."""
        edges = []
        for value, members in shared.items():
            found = sorted(n for n in members if n in records)
            for other in found[1:]:  # a star, as rules make it
                edges.append((found[0], other, "rule", "email", "email", value, float(len(value)), "accepted", None))
        self._fill("identity_points", [(f"customers:shop:{n}", n, "customers") for n in records])
        self._fill("identity_records", [("customers", "shop", str(n), f"customers:shop:{n}") for n in records])
        self._fill("identity_evidence", [])
        self._fill("identity_edges", edges)
        load_overrides(self.con, lines)
        for name, (schema, sql) in self.models.items():
            if schema == "staging":
                self.con.execute(f"create view if not exists {schema}.{name} as {sql}")

    def _clusters(self) -> list[tuple]:
        points = self.rows("select point_id, point_no from identity.identity_points")
        group = {n: n for _, n in points}
        for _ in group:  # as often as the longest chain could need
            for a, b in self.rows("select point_a, point_b from identity.identity_edges"):
                group[a] = group[b] = min(group[a], group[b])
        return [(point, n, group[n], "somebody") for point, n in points]

    def release(self) -> None:
        """Carry what a release would hold into the next run."""
        there = {name for (name,) in self.rows("select table_name from duckdb_tables() where schema_name = 'identity'")}
        for carried, source in (("anchors", "registry"), ("decided", "decisions")):
            if f"identity_{source}" not in there:
                continue
            names = [part.split()[0] for part in IDENTITY_TABLES[f"identity_{carried}"].split(",")]
            query = f"select {', '.join(names)} from identity.identity_{source}"
            self.con.execute(f"create or replace temp table kept as {query}")
            self.con.execute(f"delete from ops.identity_{carried}")
            self.con.execute(f"insert into ops.identity_{carried} select * from kept")
        self.con.execute("delete from ops.identity_members")
        self.con.execute("""
            insert into ops.identity_members
            select r.stream, r.system, r.record_ref, p.customer_id
            from identity.identity_records as r join identity.identity_persons as p using (point_id)
            where p.customer_id is not null""")

    def rows(self, sql: str) -> list[tuple]:
        return self.con.execute(sql).fetchall()

    def _fill(self, name: str, rows: list[tuple]) -> None:
        self.con.execute(f"delete from identity.{name}")
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            self.con.executemany(f"insert into identity.{name} values ({marks})", rows)


def line(action: str, a: int, b: int | None = None, line_no: int = 2, by: str = "Ann") -> Override:
    """A line of identity_overrides.csv about records of the shop."""
    from datetime import date

    records = [Record("customers", "shop", str(n)) if n is not None else None for n in (a, b)]
    return Override(line_no, action, records[0], records[1], by, date(2026, 5, 4), f"{action} by hand")


def parts(ids: dict[int, str]) -> set[frozenset[int]]:
    """The records grouped by person."""
    found: dict[str, set[int]] = {}
    for n, customer in ids.items():
        found.setdefault(customer, set()).add(n)
    return {frozenset(group) for group in found.values()}
