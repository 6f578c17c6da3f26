"""Writes the demo company: source files, feeds and the planted truth.

The SQL files under sql/ hold blocks, one per kind of file. A block begins with a line
`--> <target> | once|shard|month [| after <block>[, <block>]]`; its SELECT is written to the target by COPY. Every file
is written by one single-threaded connection from draws that depend on the row alone, so that its bytes are the same
on any machine and with any number of workers.
"""

from __future__ import annotations

import calendar
import shutil
import string
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).parent
SCALES = {"S": 10_000, "M": 100_000, "L": 1_000_000}
MONTHS = 24
FIRST_DAY = date(2024, 7, 1)
SHARD = 50_000  # people per file
# Share of a month in the year's trade, from July on.
SEASON = (0.90, 0.85, 0.95, 1.00, 1.35, 1.60, 0.80, 0.80, 0.95, 0.95, 1.00, 0.95)
SEASON_CN = (0.90, 0.85, 0.95, 1.05, 1.90, 1.05, 1.25, 0.80, 0.90, 0.90, 0.95, 1.45)


@dataclass(frozen=True)
class Block:
    """One SELECT and where its rows go: `target` relative to the warehouse (`base/` is temporary)."""

    name: str
    target: str
    each: str
    after: tuple[str, ...]
    sql: str


def blocks() -> list[Block]:
    """All blocks of sql/*.sql; a block's name is its target's file name up to the first `_` or `.`, with its folder."""
    found = []
    for path in sorted((HERE / "sql").glob("*.sql")):
        for text in path.read_text(encoding="utf-8").split("--> ")[1:]:
            head, sql = text.split("\n", 1)
            target, each, *rest = (part.strip() for part in head.split("|"))
            after = tuple(a.strip() for a in rest[0].removeprefix("after").split(",")) if rest else ()
            found.append(Block(_name(target), target, each, after, sql.strip().rstrip(";")))
    return found


def _name(target: str) -> str:
    folder, file = target.rsplit("/", 1)
    stem = file.split("_")[0].split(".")[0]
    return stem if folder == "base" else f"{folder.split('/')[-1]}/{stem}"


def generate(
    home: Path,
    customers: int,
    seed: int = 7,
    on_event: Callable[[str], None] | None = None,
    workers: int = 2,
) -> None:
    """Write the company's files under home/demo, the truth under home/truth and, where absent, feeds to home/feeds.

    `customers` counts people (SCALES names the usual sizes). Anything generated before in home/demo and home/truth is
    replaced. The bytes depend on `customers` and `seed` alone.
    """
    if not 50 <= customers <= 10_000_000:
        raise ValueError(f"customers must be between 50 and 10,000,000, not {customers}")
    tell = on_event or (lambda text: None)
    for folder in ("demo", "truth"):
        shutil.rmtree(home / folder, ignore_errors=True)
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".demo-", dir=home) as scratch:
        plan = Plan(home, Path(scratch), customers, seed)
        for folder in sorted({(plan.place(b.target)).parent for b in blocks()}):
            folder.mkdir(parents=True, exist_ok=True)
        for stage, tasks in enumerate(plan.stages(), start=1):
            tell(f"demo company: step {stage}, {len(tasks)} files")
            plan.run(tasks, workers)
        spoil(plan)
    write_feeds(home / "feeds")


class Plan:
    """What is written for one size and seed, in which order."""

    def __init__(self, home: Path, scratch: Path, customers: int, seed: int) -> None:
        self.home, self.scratch, self.customers = home, scratch, customers
        self.common = {
            "seed": f":{seed}",
            "base": str(scratch / "base").replace("'", "''"),
            "customers": str(customers),
            "uk_stores": str(min(120, 6 + customers // 550)),
            "cn_stores": str(min(30, 2 + customers // 2500)),
        }

    def place(self, target: str) -> Path:
        return (self.scratch if target.startswith("base/") else self.home) / target

    def stages(self) -> list[list[tuple[str, Path]]]:
        """Groups of (SELECT, file) that may run side by side, each group after the one before it."""
        by_name = {b.name: b for b in blocks()}
        depth: dict[str, int] = {}

        def level(block: Block) -> int:
            if block.name == "people":
                return 0
            return max((level(by_name[a]) for a in (*block.after, "people")), default=0) + 1

        for block in blocks():
            depth[block.target] = level(block)
        found: list[list[tuple[str, Path]]] = [[] for _ in range(max(depth.values()) + 1)]
        for block in blocks():
            for values in self.repeats(block.each):
                filled = self.common | values
                target = self.place(string.Template(block.target).substitute(filled))
                found[depth[block.target]].append((string.Template(block.sql).substitute(filled), target))
        return found

    def repeats(self, each: str) -> list[dict[str, str]]:
        """The values of one rendering of a block per month, per shard of people, or once."""
        if each == "shard":
            starts = range(0, self.customers, SHARD)
            return [
                {"shard": f"{n:03d}", "low": str(low), "high": str(min(low + SHARD, self.customers))}
                for n, low in enumerate(starts)
            ]
        return [self.month(m) for m in range(MONTHS)] if each == "month" else [{}]

    def month(self, m: int) -> dict[str, str]:
        """`month_values`, and the list of the month's and the previous month's baskets."""
        months = [month_values(n)["month"] for n in range(max(m - 1, 0), m + 1)]
        files = ", ".join(f"'{self.common['base']}/baskets_{month}.parquet'" for month in months)
        return month_values(m) | {"month_and_last": f"[{files}]"}

    def connect(self):
        """A connection of one thread that knows the draws, the word pools and the company's small tables."""
        import duckdb

        con = duckdb.connect(config={"threads": 1, "temp_directory": str(self.scratch / "spill")})
        con.execute("set memory_limit = '400MB'")
        for name in ("macros", "pools", "world"):
            text = (HERE / "sql" / f"{name}.sql").read_text(encoding="utf-8")
            con.execute(string.Template(text).substitute(self.common))
        return con

    def run(self, tasks: list[tuple[str, Path]], workers: int) -> None:
        """Write all files of a stage."""
        from concurrent.futures import ThreadPoolExecutor
        from queue import SimpleQueue

        idle: SimpleQueue = SimpleQueue()
        for _ in range(min(workers, len(tasks))):
            idle.put(self.connect())

        def write(task: tuple[str, Path]) -> None:
            sql, target = task
            con = idle.get()
            try:
                copy(con, sql, target)
            except Exception as error:
                error.add_note(f"while writing {target.name}")
                raise
            finally:
                idle.put(con)

        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(write, tasks))


def month_values(m: int) -> dict[str, str]:
    """What SQL needs to know of month `m` (0 = July 2024): first day as an offset, length, season, sending date."""
    year, month = divmod(FIRST_DAY.month - 1 + m, 12)
    first = date(FIRST_DAY.year + year, month + 1, 1)
    days = calendar.monthrange(first.year, first.month)[1]
    return {
        "m": str(m),
        "month": f"{first:%Y-%m}",
        "day": str((first - FIRST_DAY).days),
        "days": str(days),
        "season": str(SEASON[m % 12]),
        "season_cn": str(SEASON_CN[m % 12]),
        "sent": f"{first + timedelta(days=days):%Y-%m-%d}",
    }


def copy(con, sql: str, target: Path) -> None:
    """Write the rows of `sql` to `target` in the format its ending names."""
    how = {
        ".parquet": "format parquet, compression zstd",
        ".csv": "format csv, header",
        ".tsv": "format csv, header, delimiter '\t'",
        ".jsonl": "format json",
    }[target.suffix]
    place = str(target).replace("'", "''")
    con.execute(f"copy ({sql}) to '{place}' ({how})")


def write_feeds(folder: Path) -> None:
    """Put the worked feeds of the demo company into a warehouse, without touching what is there."""
    folder.mkdir(parents=True, exist_ok=True)
    for feed in sorted((HERE / "feeds").glob("*.yml")):
        if not (folder / feed.name).exists():
            shutil.copyfile(feed, folder / feed.name)


def spoil(plan: Plan) -> None:
    pass
