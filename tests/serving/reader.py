"""A reader process: asks PostgreSQL again and again, as a BI tool would, and reports what it saw.

    python -m tests.serving.reader <stop file> <ready file> <role> <pause in seconds>

CRM_POSTGRES_URL is the address. Every other round is a transaction of several statements. Prints JSON: reads, errors
(messages), mixed (rounds that saw two releases), unmasked (cells), releases seen in order, seconds per round.
"""

import json
import os
import sys
import time
from pathlib import Path

import psycopg

TABLES = ("core.fct_orders", "marts.dim_customers", "marts.customer_rfm", "marts.daily_sales")
WHO = " union all ".join(f"select distinct release_id, edition from {table}" for table in TABLES)


def ask(con: psycopg.Connection, together: bool) -> tuple[set, int]:
    """(release, edition) over all tables, and e-mail addresses in clear text."""
    with con.transaction():
        if together:
            who = con.execute(WHO).fetchall()
        else:
            parts = [con.execute(f"select distinct release_id, edition from {t}").fetchall() for t in reversed(TABLES)]
            who = [row for part in parts for row in part]
        ((release,),) = con.execute("select release_id from ops.release").fetchall()
        ((clear,),) = con.execute("select count(*) from marts.dim_customers where email like '%@%'").fetchall()
    return {*who, *((release, edition) for _, edition in who)}, clear


def main(stop: str, ready: str, role: str, pause: str) -> None:
    seen: dict = {"reads": 0, "errors": [], "mixed": [], "unmasked": 0, "releases": [], "seconds": []}
    parent = os.getppid()
    with psycopg.connect(os.environ["CRM_POSTGRES_URL"], autocommit=True) as con:
        con.execute(f"set role {role}")
        while not Path(stop).exists() and os.getppid() == parent:  # nobody is left to read the answer otherwise
            start = time.perf_counter()
            try:
                who, clear = ask(con, together=seen["reads"] % 2 == 0)
            except Exception as error:  # whatever a reader can meet is what this counts
                seen["errors"].append(f"{type(error).__name__}: {error}")
                continue
            seen["seconds"].append(round(time.perf_counter() - start, 5))
            seen["reads"] += 1
            seen["unmasked"] += clear
            if len(who) != 1:
                seen["mixed"].append(sorted(map(str, who)))
            release = min(who)[0]
            if seen["releases"][-1:] != [release]:
                seen["releases"].append(release)
            Path(ready).touch()
            time.sleep(float(pause))
    print(json.dumps(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])
