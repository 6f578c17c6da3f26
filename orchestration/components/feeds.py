"""Feeds as assets: one per feed file of CRM_HOME/feeds."""

import dagster as dg

from orchestration import pipeline
from orchestration.components.freshness import fresh_within
from orchestration.components.warehouse import POOL, Warehouse
from orchestration.ingestion.model import Feed
from orchestration.settings import settings

SHOWN_DELIVERIES = 500  # rows of the table in an asset's metadata


class FeedsComponent(dg.Component, dg.Model, dg.Resolvable):
    """`feeds/<name>` for every feed file: takes in what is new there, with accounting as metadata."""

    late_after_hours: float = 30
    retries: int = 3  # of feeds that read over the network; a file does not get better by itself
    retry_seconds: float = 20

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        return dg.Definitions(assets=[self._asset(feed) for feed in pipeline.feeds(settings())])

    def _asset(self, feed: Feed) -> dg.AssetsDefinition:
        kind = feed.source.type
        retry = dg.RetryPolicy(
            max_retries=self.retries, delay=self.retry_seconds, backoff=dg.Backoff.EXPONENTIAL,
            jitter=dg.Jitter.PLUS_MINUS,
        )  # fmt: skip

        @dg.asset(
            key=["feeds", feed.feed],
            description=feed.about or f"Deliveries of {feed.system} by {kind}.",
            group_name=f"feeds/{kind}",
            kinds={kind},
            metadata={"system": feed.system, "streams": sorted(feed.streams)},
            retry_policy=None if kind == "files" else retry,
            freshness_policy=fresh_within(self.late_after_hours),
            pool=POOL,
        )
        def deliveries(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
            found = warehouse.step(context, lambda: pipeline.ingest(warehouse.settings, only=[feed.feed]))
            return dg.MaterializeResult(metadata=accounting(found))

        return deliveries


def accounting(deliveries: list) -> dict[str, dg.MetadataValue]:
    """Metadata of new deliveries: totals that add up, and one table row per delivery with its checksum."""
    counts = [count for delivery in deliveries for count in delivery.streams.values()]
    total = {
        name: sum(getattr(count, name) for count in counts)
        for name in ("records_in", "loaded", "quarantined", "rejected")
    }
    rows = [
        dg.TableRecord({
            "delivery": delivery.delivery_id,
            "file": delivery.file_name,
            "status": delivery.status,
            "bytes": delivery.bytes,
            "seconds": round(delivery.seconds, 3),
            "reason": delivery.reason or "",
        })
        for delivery in deliveries[:SHOWN_DELIVERIES]
    ]  # fmt: skip
    return {
        "dagster/row_count": dg.MetadataValue.int(total["loaded"]),
        **{name: dg.MetadataValue.int(value) for name, value in total.items()},
        "bytes": dg.MetadataValue.int(sum(delivery.bytes for delivery in deliveries)),
        "seconds": dg.MetadataValue.float(round(sum((delivery.seconds for delivery in deliveries), 0.0), 3)),
        **({"deliveries": dg.MetadataValue.table(rows)} if rows else {}),
    }
