"""Taking in one large file with full accounting, against DuckDB's own reader into a table of the same types.

`python -m benchmarks.bench_ingest MILLION_ROWS [csv|parquet] [MEMORY] [ROUNDS]` writes order lines, loads them both
ways in turn, each time in a process of its own (checkpoint included), and prints rows per second, their ratio and peak
memory of the middle round of each. MEMORY (for example 1GB) is DuckDB's limit in both, `all` none. Ours also hashes,
copies to landing, counts, checks every cell and writes the ledger.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import duckdb

from benchmarks.measure import Cost, machine, python

FEED = """\
feed: lines
system: till
source: {{type: files, path: "{source}/lines.{kind}", format: {kind}}}
timezone: UTC
currency: GBP
streams:
  order_lines:
    map:
      order_ref: receipt
      line_ref: line
      product_ref: sku
      description: text
      quantity: qty
      unit_price: price
      ordered_at: sold_at
"""
ROWS = """
select 'R' || (i // 5)::varchar as receipt, (i % 5 + 1)::varchar as line, 'SKU-' || (hash(i) % 20000)::varchar as sku,
    'Article number ' || (hash(i) % 20000)::varchar || ', blue' as text, (hash(hash(i)) % 9 + 1)::decimal(18, 4) as qty,
    ((hash(hash(i + 1)) % 10000) / 100)::decimal(18, 4) as price,
    timestamp '2024-01-01' + to_seconds((i * 3 % 60_000_000)::bigint) as sold_at
from range({rows}) as numbers(i)
"""
TYPES = (
    "{'receipt': 'varchar', 'line': 'varchar', 'sku': 'varchar', 'text': 'varchar', 'qty': 'decimal(18,4)', "
    "'price': 'decimal(18,4)', 'sold_at': 'timestamp'}"
)
BASE = """
import duckdb, os, sys
con = duckdb.connect(sys.argv[1])
con.execute("set threads = 2")
if os.environ.get("CRM_MEMORY_LIMIT"):
    con.execute(f"set memory_limit = '{os.environ['CRM_MEMORY_LIMIT']}'")
con.execute("create table lines as select * from " + sys.argv[2])
con.execute("checkpoint")
"""
OURS = "from orchestration.pipeline import ingest; from orchestration.settings import settings; ingest(settings())"


def main() -> None:
    rows = int(float(sys.argv[1]) * 1_000_000)
    kind = sys.argv[2] if len(sys.argv) > 2 else "csv"
    memory = {"CRM_MEMORY_LIMIT": sys.argv[3]} if len(sys.argv) > 3 and sys.argv[3] != "all" else {}
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 3
    with tempfile.TemporaryDirectory(dir=os.environ.get("CRM_BENCHMARK_DIR")) as folder:
        path = Path(folder) / f"lines.{kind}"
        duckdb.execute(
            f"copy ({ROWS.format(rows=rows)}) to '{path}' ({'header' if kind == 'csv' else 'format parquet'})"
        )
        reader = f"read_csv('{path}', auto_detect = false, header = true, columns = {TYPES})"
        source = reader if kind == "csv" else f"'{path}'"
        bases, costs = [], []
        for _ in range(rounds):
            base = Path(folder) / "base.duckdb"
            bases.append(python(BASE, str(base), source, env=memory))
            base.unlink()
            costs.append(load(Path(folder), kind, rows, memory))
        print(f"{machine()}; {rows:,} rows, {kind}, {path.stat().st_size / 2**20:,.0f} MiB, {rounds} rounds")
        base, ours = (sorted(c, key=lambda cost: cost.wall_s)[rounds // 2] for c in (bases, costs))
        for name, cost in (("DuckDB", base), ("acrm", ours)):
            print(
                f"{name:7} {rows / cost.wall_s:12,.0f} rows/s  {cost.cpu_s:7.1f} CPU s  {cost.peak_mib:7,.0f} MiB peak"
            )
        ratios = sorted(base.wall_s / ours.wall_s for base, ours in zip(bases, costs, strict=True))
        print(f"ratio   {ratios[rounds // 2]:12.2f}  ({', '.join(f'{ratio:.2f}' for ratio in ratios)})")


def load(folder: Path, kind: str, rows: int, memory: dict[str, str]) -> Cost:
    """What taking in the file costs a new warehouse."""
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    (home / "feeds").mkdir(parents=True)
    (home / "feeds" / "lines.yml").write_text(FEED.format(source=folder, kind=kind))
    cost = python(OURS, env={"CRM_HOME": str(home), "CRM_SETTLE_SECONDS": "0", **memory})
    with duckdb.connect(str(home / "work.duckdb"), read_only=True) as con:
        loaded = con.execute("select sum(records_in), sum(loaded) from ops.deliveries").fetchone()
    if loaded != (rows, rows):
        raise SystemExit(f"{loaded} accounted and loaded of {rows} rows")
    return cost


if __name__ == "__main__":
    main()
