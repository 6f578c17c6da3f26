"""R6: publishes under readers. Counts errors and mixed sessions, and measures what publishing costs a reader.

    .venv/bin/python -m benchmarks.bench_publish [--publishes 500] [--readers 4] [--orders 20000]

Readers are processes that open `current.duckdb`, ask three queries over five tables and close, in a loop. Their
latency is measured first without and then with publishing going on. Exit status 1 when any session failed or mixed.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.release.small import Small
from tests.release.watching import watching


def percentile(values: list[float], share: float) -> float:
    """The value below which this share lies."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--publishes", type=int, default=500)
    parser.add_argument("--readers", type=int, default=4)
    parser.add_argument("--orders", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        small = Small(Path(folder) / "home")
        small.build(orders=options.orders).publish()
        took: list[float] = []
        reader = ("tests.release.reader", str(small.settings.current_release), "duckdb", "0.05")
        with watching(Path(folder) / "alone", *[reader] * options.readers) as alone:
            time.sleep(20)
        with watching(Path(folder) / "busy", *[reader] * options.readers) as seen:
            for edition in range(2, options.publishes + 2):
                small.edit(edition)
                start = time.perf_counter()
                small.publish()
                took.append(time.perf_counter() - start)
    before = [second for one in alone for second in one["seconds"]]
    during = [second for one in seen for second in one["seconds"]]
    found = {
        "publishes": len(took),
        "publish_seconds_median": round(statistics.median(took), 3),
        "publish_seconds_p95": round(percentile(took, 0.95), 3),
        "sessions": len(during),
        "releases_seen": max(len(one["releases"]) for one in seen),
        "reader_errors": sum(len(one["errors"]) for one in seen),
        "mixed_sessions": sum(len(one["mixed"]) for one in seen),
        "session_ms_p95_alone": round(1000 * percentile(before, 0.95), 1),
        "session_ms_p95_while_publishing": round(1000 * percentile(during, 0.95), 1),
    }
    print(json.dumps(found, indent=2))
    return 1 if found["reader_errors"] or found["mixed_sessions"] else 0


if __name__ == "__main__":
    sys.exit(main())
