"""Seconds and memory of generating the demo company: `python -m benchmarks.bench_demo S M`."""

import resource
import sys
import tempfile
import time
from pathlib import Path

from orchestration.demo import SCALES, generate


def main(scales: list[str]) -> None:
    """Print one line a scale, smallest first: peak memory is that of the process so far."""
    for scale in sorted(scales or ["S"], key=SCALES.__getitem__):
        with tempfile.TemporaryDirectory() as folder:
            begin, cpu = time.perf_counter(), time.process_time()
            generate(Path(folder), SCALES[scale])
            wall, used = time.perf_counter() - begin, time.process_time() - cpu
            events = _events(Path(folder))
            size = sum(f.stat().st_size for f in (Path(folder) / "demo").rglob("*") if f.is_file())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{scale}: {wall:.1f} s wall, {used:.1f} s CPU, peak {peak:.0f} MB, {size / 1e6:.0f} MB of files, "
            f"{events:,} web events ({events / wall / 1e6:.2f} M/s over everything)"
        )


def _events(home: Path) -> int:
    import duckdb

    ((count,),) = duckdb.execute(f"select count(*) from '{home}/demo/web/events_*.parquet'").fetchall()
    return count


if __name__ == "__main__":
    main(sys.argv[1:])
