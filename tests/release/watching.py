"""Readers in processes of their own that look at a release again and again while something is done to it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.settings import REPO

# Tables of the small warehouse; each says which edition it is.
TABLES = ("core.fct_orders", "marts.dim_customers", "marts.customer_rfm", "marts.daily_sales")
WHO = " union all ".join(f"select distinct release_id, edition from {table}" for table in TABLES)


@contextmanager
def watching(folder: Path, *readers: tuple[str, ...]) -> Iterator[list[dict]]:
    """Reader processes (module, then its arguments after the files) that have read at least once.

    The list is empty while they read; once the context is left it has what each of them saw.
    """
    folder.mkdir(exist_ok=True)
    stop, ready = folder / "stop", [folder / f"ready{number}" for number in range(len(readers))]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", module, str(stop), str(file), *more], stdout=subprocess.PIPE, text=True, cwd=REPO
        )
        for file, (module, *more) in zip(ready, readers, strict=True)
    ]
    seen: list[dict] = []
    try:
        deadline = time.monotonic() + 60
        while not all(file.exists() for file in ready):
            assert time.monotonic() < deadline, "readers did not start"
            time.sleep(0.05)
        yield seen
    finally:
        stop.touch()
    seen += [json.loads(process.communicate(timeout=60)[0]) for process in processes]


def look_on(look: Callable[[int], tuple[set, str, int]], stop: str, ready: str, pause: str) -> None:
    """The loop of such a process: `look(round)` gives what it saw (one element when nothing is mixed), the release and
    how many cells it should not have seen. Prints JSON: reads, errors (messages), mixed (rounds), unmasked (cells),
    releases seen in order, seconds per round. Ends when the stop file appears.
    """
    seen: dict = {"reads": 0, "errors": [], "mixed": [], "unmasked": 0, "releases": [], "seconds": []}
    parent = os.getppid()
    while not Path(stop).exists() and os.getppid() == parent:  # nobody is left to read the answer otherwise
        start = time.perf_counter()
        try:
            who, release, clear = look(seen["reads"])
        except Exception as error:  # whatever a reader can meet is what this counts
            seen["errors"].append(f"{type(error).__name__}: {error}")
            continue
        seen["seconds"].append(round(time.perf_counter() - start, 5))
        seen["reads"] += 1
        seen["unmasked"] += clear
        if len(who) != 1:
            seen["mixed"].append(sorted(map(str, who)))
        if seen["releases"][-1:] != [release]:
            seen["releases"].append(release)
        Path(ready).touch()
        time.sleep(float(pause))
    print(json.dumps(seen))
