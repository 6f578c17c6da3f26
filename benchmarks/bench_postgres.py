"""PostgreSQL serving: publishes under readers, and throughput against COPY of the same data from CSV.

    .venv/bin/python -m benchmarks.bench_postgres [--publishes 200] [--readers 4] [--home CRM_HOME [--rounds 5]]

Starts a server of its own on loopback. Readers are processes in the role of the analyst that ask all tables in one
query and in one transaction by turns. Exit status 1 when one failed, saw two releases or a personal cell in clear.
The throughput needs a home with a release. It is held against COPY of the same tables from CSV files that lie ready, as
psql's \\copy sends them: same connection, blocks, transaction and FREEZE, tables created anew, no indexes. Best of the
rounds for each way, which take turns.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections import deque
from dataclasses import replace
from pathlib import Path

import duckdb
import psycopg

from benchmarks.bench_publish import percentile
from orchestration.release import content, files
from orchestration.release.copy import attach
from orchestration.release.model import release_path
from orchestration.serving import load
from orchestration.serving.push import push
from orchestration.serving.views import Source
from orchestration.settings import settings
from tests.postgres import running
from tests.release.small import Small
from tests.release.watching import watching


def publishes(folder: Path, count: int, readers: int) -> bool:
    """Publish a small warehouse `count` times, each time a new release; whether no reader saw anything wrong."""
    small = Small(folder / "home").build(orders=2_000)
    small.publish()
    push(small.settings)
    took, locked = [], []

    with watching(folder / "readers", *[("tests.serving.reader", "crm_analyst", "0.05")] * readers) as seen:
        for edition in range(2, count + 2):
            small.edit(edition).publish()
            start = time.perf_counter()
            locked.append(push(small.settings).locked_s)
            took.append(time.perf_counter() - start)
    facts = {
        "publishes": count,
        "readers": readers,
        "reads": sum(one["reads"] for one in seen),
        "errors": sum(len(one["errors"]) for one in seen),
        "mixed": sum(len(one["mixed"]) for one in seen),
        "unmasked_cells": sum(one["unmasked"] for one in seen),
        "push_s_median": round(statistics.median(took), 3),
        "locked_ms_median": round(1000 * statistics.median(locked), 1),
        "read_ms_p95": round(1000 * percentile([s for one in seen for s in one["seconds"]], 0.95), 1),
    }
    print(json.dumps(facts))
    return not (facts["errors"] or facts["mixed"] or facts["unmasked_cells"])


def throughput(home: Path, folder: Path, url: str, rounds: int) -> None:
    """Rows per second of the stream out of DuckDB, and of COPY from CSV files that lie ready."""
    of = replace(settings(), home=home)
    best = {"stream": 1e9, "csv": 1e9}
    with duckdb.connect(config={"threads": of.threads}) as release, psycopg.connect(url, autocommit=True) as con:
        attach(release, release_path(of, files.current_id(of)), load.DATABASE)
        sources = [
            Source(table.schema, table.name, table.columns, "bench")
            for table in content.tables_of(release, load.DATABASE, content.RELEASED_SCHEMAS)
            if not any(kind == "BLOB" for _, kind in table.columns)  # spelled otherwise in DuckDB's CSV
        ]
        for source in sources:
            name = f'{load.DATABASE}."{source.schema}"."{source.name}"'
            release.execute(f"copy {name} to '{folder / source.stored_name}.csv' (format csv, header false)").fetchall()

        def csv() -> None:
            for source in sources:
                con.execute(load.create(source))
                path = folder / f"{source.stored_name}.csv"
                command = f"copy {source.stored} from stdin with (format csv, freeze)"
                with path.open("rb") as file, con.cursor().copy(command) as copy:
                    while chunk := file.read(load.BLOCK):
                        copy.write(chunk)

        ways = {"stream": lambda: deque(load.filled(con, release, sources), maxlen=0), "csv": csv}
        for _ in range(rounds):
            for way, copied in ways.items():
                con.execute("drop schema if exists bench cascade; create schema bench; checkpoint")
                start = time.perf_counter()
                with con.transaction():
                    copied()
                best[way] = min(best[way], time.perf_counter() - start)
        rows = sum(con.execute(f"select count(*) from {source.stored}").fetchall()[0][0] for source in sources)
    size = sum(path.stat().st_size for path in folder.glob("*.csv"))
    print(
        json.dumps(
            {"tables": len(sources), "rows": rows, "csv_mb": round(size / 1e6, 1)}
            | {f"{way}_s": round(seconds, 2) for way, seconds in best.items()}
            | {"share_of_csv": round(best["csv"] / best["stream"], 2)}
        )
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--publishes", type=int, default=200)
    parser.add_argument("--readers", type=int, default=4)
    parser.add_argument("--home", type=Path, help="a warehouse with a release, for the throughput")
    parser.add_argument("--rounds", type=int, default=5, help="of the throughput")
    options = parser.parse_args()
    with running() as address, tempfile.TemporaryDirectory() as folder:
        os.environ["CRM_POSTGRES_URL"] = url = address.replace("+psycopg", "")
        if options.home:
            throughput(options.home, Path(folder), url, options.rounds)
        return 0 if not options.publishes or publishes(Path(folder), options.publishes, options.readers) else 1


if __name__ == "__main__":
    sys.exit(main())
