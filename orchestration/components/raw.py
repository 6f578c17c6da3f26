"""Raw tables as assets, with the checks that judge what arrived before anything is built on it."""

from collections.abc import Iterator

import dagster as dg
import duckdb

from data_quality.results import require
from orchestration import pipeline
from orchestration.accounting import StreamCounts, stream_counts
from orchestration.components.freshness import any_upstream_news, fresh_within
from orchestration.components.warehouse import POOL, Warehouse, check_result
from orchestration.contract import Stream, streams
from orchestration.settings import settings


class RawComponent(dg.Component, dg.Model, dg.Resolvable):
    """`raw/<stream>` for every stream of the contract, each with two blocking checks.

    One step for all: the checks share one start of Great Expectations. When nothing is new since the last release,
    the step yields nothing, and Dagster skips all that follows.
    """

    late_after_hours: float = 30

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        fed_by = {name: [] for name in streams()}
        for feed in pipeline.feeds(settings()):
            for stream in feed.streams:
                fed_by[stream].append(dg.AssetKey(["feeds", feed.feed]))

        specs = [self._spec(stream, fed_by[stream.name]) for stream in streams().values()]
        checks = [
            dg.AssetCheckSpec(name, asset=spec.key, blocking=True, description=about)
            for spec in specs
            for name, about in CHECKS.items()
        ]

        @dg.multi_asset(name="raw", specs=specs, check_specs=checks, can_subset=True, pool=POOL)
        def raw(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
            def work() -> list | None:
                made_of = pipeline.inputs(warehouse.settings, warehouse.day)
                if not warehouse.force and not pipeline.has_news(warehouse.settings, made_of):
                    return None
                return pipeline.gate(warehouse.settings, made_of)

            checks = warehouse.step(context, work)
            if checks is None:
                context.log.info("nothing new since the last release; the steps that follow are skipped")
                return
            with duckdb.connect(str(warehouse.settings.work_db), read_only=True) as con:
                counts = {count.stream: count for count in stream_counts(con)}
            for key in sorted(context.selected_asset_keys):
                stream = key.path[-1]
                yield _judged(key, counts[stream], [check for check in checks if check.table == f"raw.{stream}"])
            warehouse.step(context, lambda: require(checks))

        return dg.Definitions(assets=[raw])

    def _spec(self, stream: Stream, deps: list[dg.AssetKey]) -> dg.AssetSpec:
        columns = [dg.TableColumn(c.name, c.sql_type, c.about) for c in stream.columns.values()]
        return dg.AssetSpec(
            key=["raw", stream.name],
            deps=deps,
            description=stream.about,
            group_name=f"raw/{stream.domain}",
            kinds={"duckdb"},
            metadata={"dagster/column_schema": dg.TableSchema(columns), "natural_key": list(stream.key)},
            freshness_policy=fresh_within(self.late_after_hours) if deps else None,
            automation_condition=any_upstream_news.with_label("any_upstream_news"),
        )


CHECKS = {
    "accounting": "Every record is loaded, quarantined or in a rejected delivery; every loaded one is in the table.",
    "expectations": "The Great Expectations suite of the stream's contract.",
}


def _judged(key: dg.AssetKey, counts: StreamCounts, checks: list) -> dg.MaterializeResult:
    books = [check for check in checks if check.name.startswith("accounting ")]
    suite = [check for check in checks if check not in books]
    return dg.MaterializeResult(
        asset_key=key,
        metadata={"dagster/row_count": counts.present, **{k: v for k, v in counts.as_dict().items() if k != "stream"}},
        check_results=[check_result(key, "accounting", books), check_result(key, "expectations", suite)],
    )
