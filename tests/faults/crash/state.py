"""What a warehouse holds, as multisets that two runs can be compared by, and running the process that is killed."""

import os
import sys
from collections import Counter
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType

import duckdb
import pytest

from orchestration.contract import LINEAGE, streams
from orchestration.ingestion.verify import verify
from orchestration.settings import Settings

WALL_CLOCK = {"_loaded_at", "_version_at"}

# Every run is a process of its own, forked from one that has done the imports, which would be most of its work.
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.faults.crash.driver", "pandas"])


def started(home: Path, kill_at: str | None = None, bug: str | None = None) -> BaseProcess:
    """The driver at work in a process of its own."""
    env = {**os.environ, "CRM_HOME": str(home)}
    env.pop("CRM_KILL_AT", None)
    if kill_at:
        env["CRM_KILL_AT"] = kill_at
    process = PROCESSES.Process(target=_run, args=(env, bug, _told(home)))
    # Else the child would run the main module anew, and Streamlit's tests leave a page of the dashboard there.
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "__main__", ModuleType("__main__"))
        process.start()
    return process


def drive(home: Path, kill_at: str | None = None, bug: str | None = None) -> int:
    """Run the driver to its end, or to where it is killed; the return code (-9: killed)."""
    process = started(home, kill_at, bug)
    process.join()
    if process.exitcode not in (0, -9):
        raise AssertionError(f"the run ended with {process.exitcode}:\n{_told(home).read_text()[-3000:]}")
    return process.exitcode


def _told(home: Path) -> Path:
    """What the driver says on standard error."""
    return home.with_suffix(".err")


def _run(env: dict[str, str], bug: str | None, told: Path) -> None:
    from tests.faults.crash.driver import main

    os.environ.clear()
    os.environ.update(env)
    with told.open("w") as file:
        os.dup2(file.fileno(), 2)
    main(bug)


def contents(home: Path) -> dict[str, Counter]:
    """Rows of every raw table, the accounting, the quarantine and every table of the serving release."""
    found: dict[str, Counter] = {}
    with duckdb.connect(str(home / "work.duckdb"), read_only=True) as con:
        for name, stream in streams().items():
            columns = [*stream.columns, *(c for c in LINEAGE if c not in WALL_CLOCK)]
            found[f"raw.{name}"] = _rows(con, f"select {', '.join(columns)} from raw.{name}")
        found["deliveries"] = _rows(
            con,
            """select delivery_id, feed, stream, sha256, status, records_in, loaded, quarantined, rejected, raw_checksum
            from ops.deliveries""",
        )
        found["quarantine"] = _rows(
            con, "select delivery_id, stream, record_no, column_name, value, rule, content from ops.quarantine"
        )
    with duckdb.connect(str(home / "releases" / "current.duckdb"), read_only=True) as con:
        for table in ("core.fct_order_lines", "marts.dim_customers", "marts.daily_sales"):
            found[table] = _rows(con, f"select * exclude (release_id) from {table}")
    return found


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> Counter:
    return Counter(map(str, con.execute(query).fetchall()))


def differences(found: dict[str, Counter], expected: dict[str, Counter]) -> dict[str, str]:
    """Per table what is too much and what is missing, counted with multiplicity; empty when equal."""
    return {
        name: f"{(found[name] - expected[name]).total()} too many, {(expected[name] - found[name]).total()} missing"
        for name in expected
        if found[name] != expected[name]
    }


def problems(home: Path) -> list[str]:
    """What the ledger's own verification says about the warehouse."""
    settings = Settings(home=home, base_currency="GBP", as_of=None, threads=2, releases_kept=5)
    return [str(problem) for problem in verify(settings)]
