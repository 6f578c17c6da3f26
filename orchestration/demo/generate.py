"""Writes the demo company: source files, the planted truth, and feeds that read the files.

Every file is written by one single-threaded connection from draws that depend on the row alone, so that its bytes are
the same on any machine and with any number of workers.
"""

import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from orchestration.demo.deliver import finish
from orchestration.demo.plan import Plan, Task, quoted

FEEDS = Path(__file__).parent / "feeds"
SCALES = {"S": 10_000, "M": 100_000, "L": 1_000_000}
FORMATS = {
    ".parquet": "format parquet, compression snappy",
    ".csv": "format csv, header",
    ".tsv": "format csv, header, delimiter '\t'",
    ".jsonl": "format json",
}
DIALECTS = {"desk": ", delimiter ';'"}  # by folder


def generate(
    home: Path,
    customers: int,
    seed: int = 7,
    on_event: Callable[[str], None] | None = None,
    workers: int = 2,
) -> None:
    """Write the company's files under home/demo, the truth under home/truth and, where absent, feeds to home/feeds.

    `customers` counts people (SCALES names the usual sizes). What an earlier call left in home/demo and home/truth is
    replaced. The bytes depend on `customers` and `seed` alone. Raises ValueError when `customers` is out of range.
    """
    if not 50 <= customers <= 10_000_000:
        raise ValueError(f"customers must be between 50 and 10,000,000, not {customers}")
    for folder in ("demo", "truth"):
        shutil.rmtree(home / folder, ignore_errors=True)
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".demo-", dir=home) as scratch:
        plan = Plan(home, Path(scratch), customers, seed)
        connections = [_connect(plan) for _ in range(workers)]
        stages = plan.stages()
        for number, tasks in enumerate(stages, start=1):
            if on_event:
                on_event(f"demo company: step {number} of {len(stages)}, {sum(len(t.files) for t in tasks)} files")
            _run(tasks, connections)
        finish(connections[0], home, plan.scratch, customers)
    write_feeds(home / "feeds")


def write_feeds(folder: Path) -> None:
    """Put the worked feeds of the demo company into a warehouse, without touching what is there."""
    folder.mkdir(parents=True, exist_ok=True)
    for feed in sorted(FEEDS.glob("*.yml")):
        if not (folder / feed.name).exists():
            shutil.copyfile(feed, folder / feed.name)


def _connect(plan: Plan):
    """A connection of one thread that knows the draws, the word pools and the company's small tables."""
    import duckdb

    con = duckdb.connect(config={"threads": 1, "temp_directory": tempfile.mkdtemp(prefix="spill", dir=plan.scratch)})
    con.execute("set memory_limit = '400MB'")
    for script in plan.set_up():
        con.execute(script)
    return con


def _run(tasks: list[Task], connections: list) -> None:
    """Write all files of a stage, one task per connection at a time."""
    idle: SimpleQueue = SimpleQueue()
    for con in connections:
        idle.put(con)

    def write(task: Task) -> None:
        con = idle.get()
        try:
            _write(con, task)
        except Exception as error:
            error.add_note(f"while writing {next(iter(task.files.values())).name}")
            raise
        finally:
            idle.put(con)

    with ThreadPoolExecutor(len(connections)) as pool:
        list(pool.map(write, tasks))


def _write(con, task: Task) -> None:
    """COPY the rows of a task to its file, or to its months' files."""
    first = next(iter(task.files.values()))
    first.parent.mkdir(parents=True, exist_ok=True)
    how = FORMATS[first.suffix] + DIALECTS.get(first.parent.name, "")
    if len(task.files) == 1:
        sql = task.sql if None in task.files else f"select * exclude (m) from ({task.sql})"
        con.execute(f"copy ({sql}) to '{quoted(first)}' ({how})")
        return
    folder = first.parent / f".{first.stem}"
    con.execute(f"copy ({task.sql}) to '{quoted(folder)}' ({how}, partition_by (m))")
    for m, target in task.files.items():
        part = next(iter((folder / f"m={m}").glob("*")), None)
        if part is not None:
            part.replace(target)
    shutil.rmtree(folder)
