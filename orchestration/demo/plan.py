"""What the demo company's generator writes, and in which order.

The SQL files hold blocks, one per kind of file. A block begins with a line

    --> <target> | once|shard|group|month [| after <block>[, <block>]]

and its SELECT is written to the target by COPY. `base/` targets are temporary tables of the generator. `shard` blocks
are written once per range of people, `group` blocks once per group of months, `month` blocks give one file per month
(they select the month's number `m`, which is not written).
"""

import calendar
import string
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

SQL = Path(__file__).parent / "sql"
SET_UP = ("macros", "pools", "world")  # run on every connection; the other files hold blocks
MONTHS = 24
FIRST_DAY = date(2024, 7, 1)
SHARD = 50_000  # people per file
SMALL = 50_000  # up to here twelve months are drawn by one statement, because planning it costs more than its rows
# Share of a month in the year's trade, from July on.
SEASON = (0.90, 0.85, 0.95, 1.00, 1.35, 1.60, 0.80, 0.80, 0.95, 0.95, 1.00, 0.95)
SEASON_CN = (0.90, 0.85, 0.95, 1.05, 1.90, 1.05, 1.25, 0.80, 0.90, 0.90, 0.95, 1.45)


@dataclass(frozen=True)
class Block:
    """One SELECT and where its rows go: `target` relative to the warehouse."""

    target: str
    each: str
    after: tuple[str, ...]
    sql: str

    @property
    def name(self) -> str:
        """What `after` calls it: the target's file name up to the first `_` or `.`."""
        return self.target.rsplit("/", 1)[1].split("_")[0].split(".")[0]

    @property
    def is_base(self) -> bool:
        return self.target.startswith("base/")


@dataclass(frozen=True)
class Task:
    """A rendered SELECT with its files: one, or one per month `m` of a group."""

    sql: str
    files: dict[int | None, Path]


def blocks() -> list[Block]:
    """All blocks of sql/*.sql."""
    found = []
    for path in sorted(SQL.glob("*.sql")):
        for text in path.read_text(encoding="utf-8").split("--> ")[1:]:
            head, sql = text.split("\n", 1)
            target, each, *rest = (part.strip() for part in head.split("|"))
            after = tuple(a.strip() for a in rest[0].removeprefix("after").split(",")) if rest else ()
            found.append(Block(target, each, after, sql.strip().rstrip(";")))
    return found


class Plan:
    """The tasks of one company: its size and seed, `home` for its files and `scratch` for temporary ones."""

    def __init__(self, home: Path, scratch: Path, customers: int, seed: int) -> None:
        self.home, self.scratch, self.customers = home, scratch, customers
        self.months_per_group = 12 if customers <= SMALL else 1
        months = [month_values(m) for m in range(MONTHS)]
        self.common = {
            "seed": f":{seed}",
            "base": quoted(scratch / "base"),
            "customers": str(customers),
            "uk_stores": str(min(120, 6 + customers // 550)),
            "cn_stores": str(min(30, 2 + customers // 2500)),
            "organisations": str(max(20, customers * 3 // 100)),
            "sellers": str(min(200, 4 + customers // 2500)),
            "months": ", ".join(str(tuple(v.values())) for v in months),
        }

    def set_up(self) -> list[str]:
        """Scripts for a new connection: draws, word pools, the company's small tables."""
        return [self._fill((SQL / f"{name}.sql").read_text(encoding="utf-8"), {}) for name in SET_UP]

    def stages(self) -> list[list[Task]]:
        """Tasks in groups; those of one group may run side by side, each group after the one before it."""
        every = blocks()
        base = {b.name: b for b in every if b.is_base}

        def level(block: Block) -> int:
            return 1 + max((level(base[name]) for name in block.after), default=-1 if block.each == "shard" else 0)

        found: list[list[Task]] = [[] for _ in range(1 + max(level(b) for b in every))]
        for block in every:
            found[level(block)] += self._tasks(block)
        return [stage for stage in found if stage]

    def _tasks(self, block: Block) -> list[Task]:
        if block.each == "shard":
            return [self._task(block, values) for values in self._shards()]
        if block.each == "once":
            return [self._task(block, {})]
        return [self._task(block, values) for values in self._groups()]

    def _task(self, block: Block, values: dict[str, str]) -> Task:
        sql = self._fill(block.sql, values)
        if block.each != "month":
            return Task(sql, {None: self._place(block, values)})
        months = range(int(values["from"]), int(values["to"]) + 1)
        return Task(sql, {m: self._place(block, month_values(m) | values) for m in months})

    def _place(self, block: Block, values: dict[str, str]) -> Path:
        return (self.scratch if block.is_base else self.home) / self._fill(block.target, values)

    def _fill(self, text: str, values: dict[str, str]) -> str:
        return string.Template(text).substitute(self.common | {k: str(v) for k, v in values.items()})

    def _shards(self) -> list[dict[str, str]]:
        starts = range(0, self.customers, SHARD)
        return [
            {"shard": f"{n:03d}", "low": str(low), "high": str(min(low + SHARD, self.customers))}
            for n, low in enumerate(starts)
        ]

    def _groups(self) -> list[dict[str, str]]:
        found = []
        for n in range(MONTHS // self.months_per_group):
            low = n * self.months_per_group
            files = [f"'{self.common['base']}/baskets_{g:02d}.parquet'" for g in range(max(n - 1, 0), n + 1)]
            found.append(
                {
                    "group": f"{n:02d}",
                    "span": f"{month_values(low)['month']}_{month_values(low + self.months_per_group - 1)['month']}",
                    "from": str(low),
                    "to": str(low + self.months_per_group - 1),
                    "group_and_last": f"[{', '.join(files)}]",
                }
            )
        return found


def quoted(path: Path) -> str:
    """A path for use between single quotes in SQL."""
    return str(path).replace("'", "''")


def month_values(m: int) -> dict[str, int | str | float]:
    """Month `m` (0 = July 2024): name, first day as an offset, length, season, day its files are sent."""
    year, month = divmod(FIRST_DAY.month - 1 + m, 12)
    first = date(FIRST_DAY.year + year, month + 1, 1)
    days = calendar.monthrange(first.year, first.month)[1]
    return {
        "m": m,
        "month": f"{first:%Y-%m}",
        "first": (first - FIRST_DAY).days,
        "days": days,
        "season": SEASON[m % 12],
        "season_cn": SEASON_CN[m % 12],
        "sent": f"{first + timedelta(days=days):%Y-%m-%d}",
    }
