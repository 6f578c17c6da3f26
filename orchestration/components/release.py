"""The release: the candidate judged as a whole, then switched to."""

import dagster as dg

from orchestration import pipeline
from orchestration.components import pictures
from orchestration.components.dbt import model_keys
from orchestration.components.freshness import fresh_within, released_after_rebuild
from orchestration.components.scores import score_tables
from orchestration.components.warehouse import POOL, Warehouse, check_result
from orchestration.release.model import release_path
from orchestration.settings import settings

CANDIDATE, CURRENT = dg.AssetKey(["release", "candidate"]), dg.AssetKey(["release", "current"])
SUITES, RECONCILER = "expectations_and_volume", "reconciler"


class ReleaseComponent(dg.Component, dg.Model, dg.Resolvable):
    """`release/candidate`, what work.duckdb holds, with blocking checks; `release/current`, the file that BI reads."""

    layers: list[str] = ["core", "marts"]  # what a release depends on
    late_after_hours: float = 30

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        deps = [key for key in model_keys(settings()) if key.path[0] in self.layers] + list(score_tables(settings()))

        @dg.multi_asset(
            name="audit",
            specs=[
                dg.AssetSpec(
                    CANDIDATE,
                    deps=deps,
                    group_name="release",
                    kinds={"duckdb"},
                    description="Core and marts as built, judged together before anybody reads them.",
                    automation_condition=released_after_rebuild,
                )
            ],
            check_specs=[
                dg.AssetCheckSpec(
                    SUITES, asset=CANDIDATE, blocking=True, description="Suites of the marts, volume gates."
                ),
                dg.AssetCheckSpec(
                    RECONCILER, asset=CANDIDATE, blocking=True, description="Rows and sums against raw and the ledger."
                ),
            ],
            pool=POOL,
        )
        def audit(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
            from data_quality.results import require

            of = warehouse.settings
            checks = warehouse.step(context, lambda: pipeline.audit(of, pipeline.inputs(of, warehouse.day)))
            warehouse.step(context, lambda: require(checks))
            suites = [check for check in checks if check.layer == "marts"]
            rest = [check for check in checks if check.layer != "marts"]
            return dg.MaterializeResult(
                metadata={"checks": len(checks), "evaluated": sum(check.evaluated for check in checks)},
                check_results=[check_result(CANDIDATE, SUITES, suites), check_result(CANDIDATE, RECONCILER, rest)],
            )

        @dg.asset(
            key=CURRENT,
            deps=[CANDIDATE],
            group_name="release",
            kinds={"duckdb"},
            description="releases/current.duckdb, switched to by an atomic rename.",
            freshness_policy=fresh_within(self.late_after_hours),
            automation_condition=released_after_rebuild,
            pool=POOL,
        )
        def current(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
            def work():
                return pipeline.publish(warehouse.settings, pipeline.inputs(warehouse.settings, warehouse.day))

            info = warehouse.step(context, work)
            return dg.MaterializeResult(
                metadata={
                    "release_id": info.release_id,
                    "as_of": info.as_of.isoformat(),
                    "created": info.created,
                    "tables": len(info.tables),
                    "rows": sum(table.rows for table in info.tables.values()),
                    "bytes": info.bytes,
                    "sha256": info.sha256,
                    "content_hash": info.content_hash,
                    "path": dg.MetadataValue.path(str(warehouse.settings.current_release)),
                    **pictures.of_release(info, release_path(warehouse.settings, info.release_id)),
                },
                data_version=dg.DataVersion(info.content_hash),
            )

        return dg.Definitions(assets=[audit, current])
