"""Takes in real data through the worked feeds of docs/examples, in a warehouse of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from orchestration.ingestion.feeds import load_feed
from orchestration.ingestion.ingest import DeliveryResult, ingest_feed
from orchestration.ingestion.store import connect
from orchestration.settings import REPO, settings

EXAMPLES = REPO / "docs" / "examples" / "feeds"
Take = Callable[..., list[DeliveryResult]]


@contextmanager
def warehouse(home: Path, **variables: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, Take]]:
    """A connection and `take(feed, *streams)`, which ingests a worked feed (of its streams only those named)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_HOME", str(home))
        patch.setenv("CRM_SETTLE_SECONDS", "0")
        for name, folder in variables.items():
            patch.setenv(name, str(folder))
        home.mkdir(parents=True, exist_ok=True)
        con = connect(settings())

        def take(name: str, *streams: str) -> list[DeliveryResult]:
            feed = load_feed(EXAMPLES / f"{name}.yml")
            if streams:
                feed = feed.model_copy(update={"streams": {s: feed.streams[s] for s in streams}})
            results = ingest_feed(con, feed, settings())
            assert {r.status for r in results} <= {"loaded"}, [r.reason for r in results]
            return results

        try:
            yield con, take
        finally:
            con.close()


def totals(results: list[DeliveryResult]) -> dict[str, tuple[int, int, int, int]]:
    """Per stream the sums of records in, loaded, quarantined and rejected."""
    found: dict[str, tuple[int, int, int, int]] = {}
    for result in results:
        for stream, c in result.streams.items():
            before = found.get(stream, (0, 0, 0, 0))
            now = (c.records_in, c.loaded, c.quarantined, c.rejected)
            found[stream] = tuple(a + b for a, b in zip(before, now, strict=True))
    return found
