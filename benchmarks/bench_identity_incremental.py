"""Identity from links to ids: the whole pass against one in which a share of the records came in, on a built warehouse.

    python benchmarks/bench_identity_incremental.py CRM_HOME [--share 0.01] [--times 36]

Takes the points and links that a run left in CRM_HOME/work.duckdb (a copy is worked on), as many times as asked, takes
out a share of the points, computes the whole, puts them back and computes the change. The rows of both must be equal.
"""

import argparse
import shutil
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import duckdb

from orchestration.identity.incremental import FROM_LINKS, OWNED, Chain

GIVEN = {name: column for name, column in OWNED.items() if name not in FROM_LINKS}
COMPARED = ("identity_persons", "identity_registry")


def multiply(con: duckdb.DuckDBPyConnection, times: int) -> None:
    """The same company `times` times, side by side: points get numbers and names of their own."""
    step = con.execute("select max(point_no) + 1 from identity.identity_points").fetchall()[0][0]
    for name in (*GIVEN, "identity_records"):
        columns = con.execute(f"select column_name from (describe identity.{name})").fetchall()
        cells = []
        for (column,) in columns:
            number = column in ("point_no", "point_a", "point_b")
            text = column in ("point_id", "record_ref")
            cells.append(f"{column} + i * {step}" if number else f"{column} || '#' || i" if text else column)
        query = f"select {', '.join(cells)} from identity.{name} cross join range(1, {times}) as copies (i)"
        con.execute(f"insert into identity.{name} {query}")


def take_out(con: duckdb.DuckDBPyConnection, share: float) -> None:
    """Move the newest share of points and all that hangs on them aside."""
    con.execute(
        f"create table new_points as select point_no, point_id from identity.identity_points "
        f"where hash(point_id) % 1000000 < {share * 1_000_000}"
    )
    for name, column in (GIVEN | {"identity_records": "point_id"}).items():
        gone = f"{column} in (select {'point_id' if column == 'point_id' else 'point_no'} from new_points)"
        if column == "point_a":
            gone += " or point_b in (select point_no from new_points)"
        con.execute(f"create table aside_{name} as from identity.{name} where {gone}")
        con.execute(f"delete from identity.{name} where {gone}")


def put_back(con: duckdb.DuckDBPyConnection) -> None:
    for name in (*GIVEN, "identity_records"):
        con.execute(f"insert into identity.{name} from aside_{name}")
    con.execute(
        """create table changed as select point_no from new_points
        union select point_a from aside_identity_edges union select point_b from aside_identity_edges"""
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--times", type=int, default=1, help="36 times the demo company of 2,000 is scale M")
    options = parser.parse_args()
    models = Chain.of(FROM_LINKS)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "work.duckdb"
        for ending in ("", ".wal"):
            if (options.home / f"work.duckdb{ending}").exists():
                shutil.copyfile(options.home / f"work.duckdb{ending}", f"{work}{ending}")
        with _opened(work) as con:
            multiply(con, options.times)
            take_out(con, options.share)
            models.whole(con)
            put_back(con)
        with _opened(work) as con:  # every run is a process of its own
            start = _now()
            touched = models.advance(con, "changed")
            change = _now() - start
            for name in COMPARED:
                con.execute(f"create table fast_{name} as from identity.{name}")
        with _opened(work) as con:
            start = _now()
            models.whole(con)
            whole = _now() - start
            points = con.execute("select count(*) from identity.identity_points").fetchall()[0][0]
            came = con.execute("select count(*) from new_points").fetchall()[0][0]
            differ = sum(_differing(con, name) for name in COMPARED)
    print(f"points {points:,}, of them new {came:,}, touched {touched:,}; rows that differ {differ}")
    wall, cpu = change / whole
    print(f"whole {whole}, change {change}: {wall:.1%} of the wall, {cpu:.1%} of the CPU")


def _opened(path: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(path), config={"threads": 2, "preserve_insertion_order": False})


class Seconds(NamedTuple):
    """Wall and CPU seconds; CPU is what to compare on a machine that others use, too."""

    wall: float
    cpu: float

    def __sub__(self, other: "Seconds") -> "Seconds":
        return Seconds(self.wall - other.wall, self.cpu - other.cpu)

    def __truediv__(self, other: "Seconds") -> "Seconds":
        return Seconds(self.wall / other.wall, self.cpu / other.cpu)

    def __str__(self) -> str:
        return f"{self.wall:.2f} s wall {self.cpu:.2f} s CPU"


def _now() -> Seconds:
    return Seconds(time.perf_counter(), time.process_time())


def _differing(con: duckdb.DuckDBPyConnection, name: str) -> int:
    """Rows in one result and not in the other, with their multiplicity."""
    one, other = f"from identity.{name}", f"from fast_{name}"
    query = f"select count(*) from (({one} except all {other}) union all ({other} except all {one}))"
    return con.execute(query).fetchall()[0][0]


if __name__ == "__main__":
    main()
