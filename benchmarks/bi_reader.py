"""A BI tool that does not know about runs: it polls the current release while something else publishes.

`python -m benchmarks.bi_reader SECONDS` reads `CRM_HOME/releases/current.duckdb` in turn by a plain DuckDB connection
and by SQLAlchemy, checks that every session sees one release id in all its tables, and prints what it met.
"""

import statistics
import sys
import time
from collections import Counter

import duckdb
import sqlalchemy as sa

from orchestration.settings import settings

TABLES = ("marts.dim_customers", "marts.customer_rfm", "core.fct_orders", "ops.release")
QUERY = " union ".join(f"select distinct release_id from {table}" for table in TABLES)


def by_duckdb(path: str) -> set[str]:
    with duckdb.connect(path, read_only=True) as con:
        return {row[0] for row in con.execute(QUERY).fetchall()}


def by_sqlalchemy(path: str) -> set[str]:
    engine = sa.create_engine(f"duckdb:///{path}", connect_args={"read_only": True}, poolclass=sa.pool.NullPool)
    with engine.connect() as con:
        return {row[0] for row in con.execute(sa.text(QUERY))}


def main() -> None:
    path, until = str(settings().current_release), time.monotonic() + float(sys.argv[1])
    releases: Counter[str] = Counter()
    errors: list[str] = []
    mixed, seconds = 0, []
    while time.monotonic() < until:
        for read in (by_duckdb, by_sqlalchemy):
            start = time.perf_counter()
            try:
                seen = read(path)
            except Exception as error:  # whatever a BI tool would show its user
                errors.append(f"{read.__name__}: {error}")
                continue
            seconds.append(time.perf_counter() - start)
            mixed += len(seen) != 1
            releases.update(seen)
        time.sleep(0.2)
    p95 = statistics.quantiles(seconds, n=20)[-1] if len(seconds) > 1 else float("nan")
    print(f"{len(seconds)} reads, {len(errors)} errors, {mixed} mixed, p95 {p95 * 1000:.0f} ms, {dict(releases)}")
    print("\n".join(sorted(set(errors))))
    sys.exit(bool(errors or mixed))


if __name__ == "__main__":
    main()
