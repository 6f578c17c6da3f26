"""Rows per second of the readers against DuckDB's own on the same files, in the same run.

    python benchmarks/bench_readers.py [rows] [folder]

`scan` is the record count alone, `chunks` all text chunks, `table` the chunks inserted into a DuckDB table of text,
`duckdb` is `create table as select * from read_…(file)` (types detected), `text` the same with all columns as text.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from orchestration.ingestion.model import FilesSource
from orchestration.ingestion.readers import open_reader
from orchestration.ingestion.readers.blocks import Blocks
from orchestration.ingestion.readers.stream import ByteStream
from orchestration.ingestion.scanner import Dialect

ROWS = """select i as order_ref, 'C' || lpad((i % 100000)::varchar, 7, '0') as customer_ref,
    timestamp '2024-01-01' + to_seconds(i * 13) as ordered_at, 'SKU-' || (i * 7919 % 5000) as product_ref,
    'Some product name ' || (i % 977) as name, i % 9 + 1 as qty, (i * 31 % 100000 / 100)::decimal(10, 2) as price,
    'GBP' as currency, case when i % 3 = 0 then 'web' else 'store' end as channel from range({rows}) t(i)"""
FILES = {
    "plain.csv": ("csv", "header", "read_csv('{}')", "read_csv('{}', all_varchar = true)"),
    "quoted.csv": ("csv", "header, force_quote *", "read_csv('{}')", "read_csv('{}', all_varchar = true)"),
    "lines.jsonl": ("jsonl", "format json", "read_json('{}')", None),
    "table.parquet": ("parquet", "format parquet", "read_parquet('{}')", None),
}


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """Best of a few runs: other work on the machine only ever adds."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def into_table(path: Path, source: FilesSource) -> None:
    """All chunks into a table of text, as a loader would."""
    with duckdb.connect() as con:
        con.execute("set threads = 2")
        for i, chunk in enumerate(open_reader(path, source).chunks()):
            con.register("chunk", chunk.table)
            con.execute("insert into loaded select * from chunk" if i else "create table loaded as select * from chunk")


def by_duckdb(query: str) -> None:
    """The same by DuckDB alone."""
    with duckdb.connect() as con:
        con.execute("set threads = 2")
        con.execute(f"create table loaded as select * from {query}")


def main() -> None:
    """Write the files once, then measure and print a table."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 3_500_000
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp())
    print(f"{'file':14} {'MB':>5} {'scan MB/s':>10} {'chunks/s':>10} {'table/s':>10} {'duckdb/s':>10} {'text/s':>10}")
    for name, (kind, options, plain, as_text) in FILES.items():
        path = folder / name
        if not path.exists():
            duckdb.sql(f"copy ({ROWS.format(rows=rows)}) to '{path}' ({options})")
        source, size = FilesSource(type="files", path=name, format=kind), path.stat().st_size
        scan = 0.0
        if kind == "csv":
            scan = size / 1e6 / seconds(lambda path=path: list(Blocks(ByteStream(path), Dialect())))
        figures = [
            seconds(lambda path=path, source=source: [None for _ in open_reader(path, source).chunks()]),
            seconds(lambda path=path, source=source: into_table(path, source)),
            seconds(lambda path=path, plain=plain: by_duckdb(plain.format(path))),
            seconds(lambda path=path, as_text=as_text: by_duckdb(as_text.format(path))) if as_text else 0,
        ]
        shown = " ".join(f"{rows / figure:10,.0f}" if figure else " " * 10 for figure in figures)
        print(f"{name:14} {size / 1e6:5.0f} {scan:10,.0f} {shown}", flush=True)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB (DuckDB's tables included)")


if __name__ == "__main__":
    main()
