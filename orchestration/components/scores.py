"""Scores as assets: tables that Python computes from what dbt built, and that dbt's last models read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg

from ml.scoring import scorers
from ml.tables import CARDS, TABLES
from orchestration import pipeline
from orchestration.components.dbt import built_nodes, key_of
from orchestration.components.freshness import fresh_within, rebuilt_after_news
from orchestration.components.warehouse import POOL, Warehouse
from orchestration.dbt import Project
from orchestration.settings import Settings, settings

SHOWN = ("model", "status", "grade", "serves", "auc", "gain_low", "expires_on", "reason_en")  # of a card, as metadata


class ScoresComponent(dg.Component, dg.Model, dg.Resolvable):
    """`scores/<table>` for every table whose scorer finds what it reads among the models of the project."""

    late_after_hours: float = 26

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        tables = score_tables(settings())
        if not tables:
            return dg.Definitions()

        @dg.multi_asset(name="scores", specs=[self._spec(*table) for table in tables.items()], pool=POOL)
        def scores(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
            def work() -> dict[str, dict[str, Any]]:
                pipeline.score(warehouse.settings, pipeline.inputs(warehouse.settings, warehouse.day).as_of)
                return facts(warehouse.settings.work_db)

            found = warehouse.step(context, work)
            for key in tables:
                yield dg.MaterializeResult(key, metadata=found[key.path[-1]])

        return dg.Definitions(assets=[scores])

    def _spec(self, key: dg.AssetKey, deps: list[dg.AssetKey]) -> dg.AssetSpec:
        known = next((table for table in TABLES if table.name == key.path[-1]), None)
        columns = [dg.TableColumn(c.name, c.type, c.says) for c in known.columns] if known else []
        return dg.AssetSpec(
            key=key,
            deps=deps,
            description=known.says if known else None,
            group_name="scores",
            kinds={"python", "duckdb"},
            metadata={"dagster/column_schema": dg.TableSchema(columns)} if columns else {},
            freshness_policy=fresh_within(self.late_after_hours),
            automation_condition=rebuilt_after_news,
        )


def score_tables(of: Settings) -> dict[dg.AssetKey, list[dg.AssetKey]]:
    """Tables of scores that can be made from the models of the project, and what each reads; cards tell of them all."""
    nodes = built_nodes(Project(of).manifest()).values()
    keys = {f"{node['schema']}.{node['name']}": key_of(node) for node in nodes}
    found: dict[dg.AssetKey, list[dg.AssetKey]] = {}
    for scorer in scorers(set(keys)).values():
        for table in scorer.writes:
            found[_key(table)] = [keys.get(read) or dg.AssetKey(read.split(".")) for read in scorer.reads]
    return found | ({_key(CARDS.name): list(found)} if found else {})


def _key(table: str) -> dg.AssetKey:
    return dg.AssetKey(["scores", table])


def facts(work_db: Path) -> dict[str, dict[str, Any]]:
    """Metadata by table of scores: rows, and of the cards what a reader asks first."""
    import duckdb

    with duckdb.connect(str(work_db), read_only=True) as con:
        names = con.execute("select table_name from duckdb_tables() where schema_name = 'scores'").fetchall()
        rows = {name: con.execute(f"select count(*) from scores.{name}").fetchone()[0] for (name,) in names}
        cards = con.execute(f"select {', '.join(SHOWN)} from scores.{CARDS.name} order by model").fetchall()
    found = {name: {"dagster/row_count": count} for name, count in rows.items()}
    shown = [
        dg.TableRecord({name: "" if value is None else str(value) for name, value in zip(SHOWN, card, strict=True)})
        for card in cards
    ]
    schema = dg.TableSchema([dg.TableColumn(name) for name in SHOWN])
    if shown:
        found[CARDS.name]["cards"] = dg.MetadataValue.table(shown, schema)
    return found
