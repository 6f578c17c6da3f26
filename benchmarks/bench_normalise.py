"""Seconds to normalise a million records: names in Python (distinct ones only), e-mails and phones in SQL.

    python -m benchmarks.bench_normalise [--records 1000000]

Names are drawn from the demo company's pools with slips in 4 %, so that most repeat, as they do among people.
"""

import argparse
import random
import string
import time

import duckdb
import pandas as pd

from orchestration.identity import engine
from orchestration.identity.names import words
from orchestration.identity.normalise import parsed


def drawn(records: int) -> pd.DataFrame:
    """Given and family name, e-mail and phone of `records` people."""
    draw = random.Random(1)
    given = sorted(words("nickname"))
    family = ["".join(draw.choices(string.ascii_lowercase, k=draw.randint(4, 9))) for _ in range(20_000)]
    rows = []
    for n in range(records):
        first, last = draw.choice(given), family[int(draw.paretovariate(0.6)) % len(family)]
        if draw.random() < 0.04:
            last += draw.choice(string.ascii_lowercase)
        rows.append((first.title(), last.title(), f" {first}.{last}{n}@Mail.example ", f"07{n % 10**9:09d}"))
    return pd.DataFrame(rows, columns=["given", "family", "email", "phone"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000_000)
    records = parser.parse_args().records
    con = duckdb.connect(config={"threads": 2})
    con.register("drawn", drawn(records))
    con.execute("create table people as select *, 'Europe/London' as zone from drawn")
    start = time.perf_counter()
    texts = con.execute("select distinct 'person', given || '|' || family || '|' from people").fetchall()
    con.register("names", parsed(texts))
    con.execute("create table read_names as select * from names")
    took = time.perf_counter() - start
    print(f"names: {took:.2f} s for {records:,} records, {len(texts):,} distinct")
    for name, arguments in (("email_norm", ["email"]), ("phone_norm", ["phone", "zone"])):
        start = time.perf_counter()
        con.execute(f"create table by_{name} as select {engine.macro(name, *arguments)} as value from people")
        print(f"{name}: {time.perf_counter() - start:.2f} s for {records:,} records")


if __name__ == "__main__":
    main()
