"""The dbt project as assets and checks, built by the warm runner of orchestration/dbt.py: before the scores, and after.

The specs come from dbt's manifest directly: keys are layer/name, groups layer/area. Reading them needs neither dbt
nor a warehouse, which keeps loading the graph under a second.
"""

import re
from collections.abc import Iterator
from typing import Any

import dagster as dg

from orchestration import pipeline
from orchestration.components.freshness import fresh_within, rebuilt_after_news
from orchestration.components.warehouse import POOL, Warehouse
from orchestration.dbt import SCORED, NodeResult, Project, group_of
from orchestration.settings import Settings, settings

BUILT = ("seed", "model", "snapshot")


class DbtComponent(dg.Component, dg.Model, dg.Resolvable):
    """One asset per seed, model and snapshot; every data test is a blocking check of the model it looks at."""

    late_after_hours: dict[str, float] = {}  # by layer

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        project = Project(settings())
        manifest = project.manifest()
        specs = {uid: self._spec(node, manifest) for uid, node in built_nodes(manifest).items()}
        checks = check_specs(manifest, specs)
        scored = project.scored()
        parts = {"dbt": (specs.keys() - scored, {"exclude": [SCORED]}), "dbt_scored": (scored, {"select": [SCORED]})}
        return dg.Definitions(
            assets=[
                self._part(
                    name,
                    {uid: spec for uid, spec in specs.items() if uid in wanted},
                    {uid: check for uid, check in checks.items() if (uid in scored) == (wanted is scored)},
                    {uid: node["name"] for uid, node in built_nodes(manifest).items()},
                    whole,
                )
                for name, (wanted, whole) in parts.items()
                if wanted
            ]
        )

    def _part(
        self,
        name: str,
        specs: dict[str, dg.AssetSpec],
        checks: dict[str, dg.AssetCheckSpec],
        names: dict[str, str],
        whole: dict[str, list[str]],
    ) -> dg.AssetsDefinition:
        """One step of these nodes and tests; `whole` is how dbt selects all of them."""

        @dg.multi_asset(
            name=name, specs=list(specs.values()), check_specs=list(checks.values()), can_subset=True, pool=POOL
        )
        def dbt(
            context: dg.AssetExecutionContext, warehouse: Warehouse
        ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
            chosen = [names[uid] for uid, spec in specs.items() if spec.key in context.selected_asset_keys]

            def work() -> list[NodeResult]:
                made_of = pipeline.inputs(warehouse.settings, warehouse.day)
                wanted = {"select": chosen} if context.is_subset else whole
                return pipeline.build(warehouse.settings, made_of.as_of, full=warehouse.full_refresh, **wanted)

            results = warehouse.step(context, work)
            for result in results:
                if result.unique_id in specs and result.status == "ok":
                    yield dg.MaterializeResult(specs[result.unique_id].key, metadata=_facts(result))
            for result in results:
                check = checks.get(result.unique_id)
                if check and check.asset_key in context.selected_asset_keys and result.status != "skipped":
                    yield _checked(check, result)
            warehouse.step(context, lambda: _judge(results))

        return dbt

    def _spec(self, node: dict[str, Any], manifest: dict[str, Any]) -> dg.AssetSpec:
        key = key_of(node)
        hours = self.late_after_hours.get(key.path[0])
        columns = [
            dg.TableColumn(c["name"], c.get("data_type") or "?", c.get("description") or None)
            for c in node["columns"].values()
        ]
        return dg.AssetSpec(
            key=key,
            deps=deps_of(node, manifest),
            description=node["description"] or None,
            group_name=group_of(node),
            kinds={"dbt", "duckdb"},
            code_version=node["checksum"]["checksum"][:16],
            metadata={
                "dagster/column_schema": dg.TableSchema(columns),
                "path": node["original_file_path"],
                "requirements": ", ".join(node["config"].get("meta", {}).get("requirements", [])),
            },
            tags={"access": str(node.get("access") or "private")},
            freshness_policy=fresh_within(hours) if hours else None,
            automation_condition=rebuilt_after_news,
        )


def built_nodes(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Nodes that leave a relation behind, by unique id."""
    return {uid: node for uid, node in manifest["nodes"].items() if node["resource_type"] in BUILT}


def key_of(node: dict[str, Any]) -> dg.AssetKey:
    """layer/name; for a source what its `meta.dagster.asset_key` says, else source/table, which is raw/<stream>."""
    config = node.get("config", {})
    if named := (config.get("meta") or {}).get("dagster", {}).get("asset_key"):
        return dg.AssetKey(named)
    if node["resource_type"] == "source":
        return dg.AssetKey([node["source_name"], node["name"]])
    return dg.AssetKey([group_of(node).split("/")[0], node["name"]])


def model_keys(of: Settings) -> list[dg.AssetKey]:
    """Keys of all models of the project."""
    nodes = built_nodes(Project(of).manifest()).values()
    return sorted(key_of(node) for node in nodes if node["resource_type"] != "seed")


def deps_of(node: dict[str, Any], manifest: dict[str, Any]) -> list[dg.AssetKey]:
    """What a node reads: models, seeds and sources, ephemeral models replaced by what they read."""
    found = set()
    for uid in node.get("depends_on", {}).get("nodes", []):
        parent = manifest["nodes"].get(uid) or manifest["sources"].get(uid)
        if parent is not None:
            found.add(key_of(parent))
    return sorted(found)


def check_specs(manifest: dict[str, Any], specs: dict[str, dg.AssetSpec]) -> dict[str, dg.AssetCheckSpec]:
    """One check per data test, on the model it is attached to, else on the first that it reads; by the test's id."""
    found = {}
    for uid, node in manifest["nodes"].items():
        if node["resource_type"] != "test" or not node["config"].get("enabled", True):
            continue
        owner = next((n for n in (node.get("attached_node"), *node["depends_on"]["nodes"]) if n in specs), None)
        if owner is None:  # a test of a source: judged with the others, but raw/<stream> has checks of its own
            continue
        found[uid] = dg.AssetCheckSpec(
            name=re.sub(r"[^A-Za-z0-9_]", "_", node["name"]),
            asset=specs[owner].key,
            blocking=str(node["config"].get("severity", "error")).lower() == "error",
            description=node["description"] or None,
        )
    return found


def _judge(results: list[NodeResult]) -> None:
    from data_quality.results import require

    require(pipeline.judge(results))


def _facts(result: NodeResult) -> dict[str, Any]:
    rows = {} if result.rows is None else {"dagster/row_count": result.rows}
    return {**rows, "seconds": result.seconds}


def _checked(check: dg.AssetCheckSpec, result: NodeResult) -> dg.AssetCheckResult:
    rows = "\n".join(str(row) for row in result.sample)
    return dg.AssetCheckResult(
        asset_key=check.asset_key,
        check_name=check.name,
        passed=result.status == "ok",
        severity=dg.AssetCheckSeverity.WARN if result.status == "warn" else dg.AssetCheckSeverity.ERROR,
        description=f"{result.message}\n{rows}".strip() or None,
        metadata={"failed_rows": result.failed, "seconds": result.seconds},
    )
