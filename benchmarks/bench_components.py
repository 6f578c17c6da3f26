"""Connected components: the SQL of identity_components against scipy, on links like those of identity.

    python -m benchmarks.bench_components [--edges 1000000] [--times 3]

Links of persons with two records on average, a few with many; points are numbered at random. Both get the edges as the
engine has them, in a DuckDB table, and give back a table; the fastest of several runs counts. A build that uses scipy
also pays for its import, so both ratios are printed.
"""

import argparse
import importlib
import time
from collections.abc import Callable

import duckdb
import numpy as np
import pandas as pd

from orchestration.identity import engine


def drawn(edges: int) -> pd.DataFrame:
    """Edges (a, b): each point after the first of its person is linked to one of that person before it."""
    rng = np.random.default_rng(1)
    sizes = 2 + rng.geometric(0.6, edges) - 1
    sizes = sizes[np.cumsum(sizes - 1) <= edges]
    starts = np.repeat(np.cumsum(sizes) - sizes, sizes - 1)
    within = np.arange(len(starts)) - np.repeat(np.cumsum(sizes - 1) - (sizes - 1), sizes - 1) + 1
    before = (rng.random(len(within)) * within).astype(np.int64)
    names = rng.permutation(int(sizes.sum()))
    return pd.DataFrame({"a": names[starts + within], "b": names[starts + before]})


def by_sql(con: duckdb.DuckDBPyConnection) -> None:
    edges = "edges as (select a as from_no, b as to_no from pairs union all select b, a from pairs)"
    con.execute(f"""
        create or replace table by_sql as
        with recursive {edges}, {engine.macro("connected_components", "reached", "edges")} from reached""")


def by_scipy(con: duckdb.DuckDBPyConnection) -> None:
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    found = con.execute("select a, b from pairs").fetchnumpy()
    points = int(max(found["a"].max(), found["b"].max())) + 1
    ones = np.ones(len(found["a"]), dtype=np.int8)
    labels = connected_components(coo_matrix((ones, (found["a"], found["b"])), (points, points)), directed=False)[1]
    frame = pd.DataFrame({"point_no": np.arange(points), "label": labels})
    con.register("frame", frame)
    con.execute("create or replace table by_scipy as select * from frame")
    con.unregister("frame")


def fastest(run: Callable[[duckdb.DuckDBPyConnection], None], con: duckdb.DuckDBPyConnection, times: int) -> float:
    found = []
    for _ in range(times):
        start = time.perf_counter()
        run(con)
        found.append(time.perf_counter() - start)
    return min(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edges", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=3)
    args = parser.parse_args()
    con = duckdb.connect(config={"threads": 2})
    frame = drawn(args.edges)
    con.execute("create table pairs as select * from frame")
    start = time.perf_counter()
    importlib.import_module("scipy.sparse.csgraph")
    imported = time.perf_counter() - start
    ours, theirs = (fastest(run, con, args.times) for run in (by_sql, by_scipy))
    counts = con.execute("""
        select count(distinct cluster_no), count(distinct label), count(distinct (cluster_no, label))
        from by_sql join by_scipy using (point_no)""").fetchall()[0]
    assert len(set(counts)) == 1, f"the components differ: {counts}"
    print(
        f"{len(frame):,} edges, {counts[0]:,} components: SQL {ours:.2f} s, scipy {theirs:.2f} s and {imported:.2f} s "
        f"for its import; ratio {ours / theirs:.2f}, with the import {ours / (theirs + imported):.2f}"
    )


if __name__ == "__main__":
    main()
