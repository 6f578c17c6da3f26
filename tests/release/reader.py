"""A reader process: opens the serving release again and again, as a BI tool would, and reports what it saw.

    python -m tests.release.reader <current.duckdb> <stop file> <ready file> duckdb|sqlalchemy <pause in seconds>

Prints JSON: reads, errors (messages), mixed (sessions that saw two releases or editions), releases seen in order, and
seconds per session. Ends when the stop file appears.
"""

import json
import os
import sys
import time
from pathlib import Path

TABLES = ("core.fct_orders", "marts.dim_customers", "marts.customer_rfm", "marts.daily_sales")
WHO = " union all ".join(f"select distinct release_id, edition from {table}" for table in TABLES)
RELEASE = "select release_id from ops.release"
SALES = "select sum(net_base) from core.fct_orders where status = 'paid'"


def ask_duckdb(path: str) -> list[list[tuple]]:
    import duckdb

    with duckdb.connect(path, read_only=True) as con:
        return [con.execute(sql).fetchall() for sql in (WHO, SALES, RELEASE)]


def ask_sqlalchemy(path: str) -> list[list[tuple]]:
    from sqlalchemy import create_engine, pool, text

    engine = create_engine(f"duckdb:///{path}", connect_args={"read_only": True}, poolclass=pool.NullPool)
    with engine.connect() as con:
        return [[tuple(row) for row in con.execute(text(sql))] for sql in (WHO, SALES, RELEASE)]


def main(path: str, stop: str, ready: str, kind: str, pause: str) -> None:
    ask = ask_sqlalchemy if kind == "sqlalchemy" else ask_duckdb
    seen: dict = {"reads": 0, "errors": [], "mixed": [], "releases": [], "seconds": []}
    parent = os.getppid()
    while not Path(stop).exists() and os.getppid() == parent:  # nobody is left to read the answer otherwise
        start = time.perf_counter()
        try:
            who, sales, release = ask(path)
        except Exception as error:  # whatever a reader can meet is what this counts
            seen["errors"].append(f"{type(error).__name__}: {error}")
            continue
        seen["seconds"].append(round(time.perf_counter() - start, 5))
        seen["reads"] += 1
        if len(set(who)) != 1 or {one for one, _ in who} != {release[0][0]} or sales[0][0] is None:
            seen["mixed"].append([sorted(map(str, set(who))), str(release)])
        if seen["releases"][-1:] != [release[0][0]]:
            seen["releases"].append(release[0][0])
        Path(ready).touch()
        time.sleep(float(pause))
    print(json.dumps(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])
