"""The dbt project in one process: parsed once, run against small databases that a test fills by hand."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from ml.tables import create_missing
from orchestration.contract import streams
from orchestration.ingestion.store import create_tables

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
AS_OF = "2024-12-31"


@dataclass
class Dbt:
    """A parsed project. `run` raises AssertionError with dbt's own messages when a node fails."""

    runner: Any
    target: Path

    def invoke(self, *arguments: str, as_of: str | None = AS_OF, **variables: object) -> Any:
        """One dbt command with the project's folders and vars; returns dbt's result."""
        values = ", ".join(f"{k}: {v}" for k, v in (({"as_of": as_of} if as_of else {}) | variables).items())
        flags = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--vars", "{" + values + "}"]
        flags += ["--target-path", str(self.target), "--log-path", str(self.target), "--log-level-file", "none"]
        return self.runner.invoke([arguments[0], "--quiet", *arguments[1:], *flags])

    @cached_property
    def _untested(self) -> "Dbt":
        """The project without tests: before every build dbt orders them among the models, which takes a second."""
        whole = self.runner.manifest
        models = {uid: node for uid, node in whole.nodes.items() if node.resource_type != "test"}
        return Dbt(type(self.runner)(manifest=replace(whole, nodes=models, unit_tests={})), self.target)

    def run(self, database: Path, *select: str, tests: bool = False, as_of: str = AS_OF, **variables: object) -> None:
        """Builds the selected seeds and models in a database file, with `tests` also what tests them."""
        os.environ["CRM_WORK_DB"] = str(database)
        of = self if tests else self._untested
        flags = ["--no-write-json", "--indirect-selection", "cautious"]
        result = of.invoke("build", *flags, "--select", *select, as_of=as_of, **variables)
        failed = [f"{r.node.name}: {r.message}" for r in result.result or [] if str(r.status) in {"error", "fail"}]
        assert result.success, failed or result.exception


@dataclass
class Raw:
    """Hand-made raw tables in a database file of their own."""

    path: Path

    def __post_init__(self) -> None:
        with duckdb.connect(str(self.path)) as con:
            create_tables(con)
            create_missing(con)

    def add(self, stream: str, rows: Iterable[dict[str, Any]]) -> None:
        """Appends rows; lineage that a row leaves out is filled, its version from the stream's version column."""
        version = streams()[stream].version
        with duckdb.connect(str(self.path)) as con:
            for no, row in enumerate(rows, start=1):
                version_at = row.get(version or "") or datetime(2024, 1, 1)
                lineage = {"_system": "shop", "_delivery_id": "d1", "_record_no": no, "_version_at": version_at}
                full = lineage | {"_loaded_at": datetime(2025, 1, 1), "_zone": "UTC"} | row
                names, marks = ", ".join(full), ", ".join("?" * len(full))
                con.execute(f"insert into raw.{stream} ({names}) values ({marks})", list(full.values()))

    def query(self, sql: str) -> list[tuple]:
        """All rows of a query over the built database."""
        with duckdb.connect(str(self.path)) as con:
            con.execute("set timezone = 'UTC'")
            return con.execute(sql).fetchall()
