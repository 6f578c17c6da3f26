"""dbt in this process: one warm runner, one parse per state of the project, nothing written into the project.

A dbt command line costs about six seconds before its first query; a second build in a warm process costs none of
them. The project is parsed with fixed variables, so dbt's partial parse survives a new `as_of`; the parsed manifest
is then built with the real ones.
"""

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from orchestration.fingerprint import project_folder, project_hash
from orchestration.ingestion.killpoints import reach
from orchestration.settings import Settings

FAILED = {"fail", "error", "runtime error"}
SAMPLE_ROWS = 5
RUN = ("seed", "model", "snapshot", "test")
SCORED = "source:scores+"  # what reads the scores that Python computes, and all that stands on it
_PARSED: dict[tuple[Path, str, str], tuple[Path, Any]] = {}  # state of a project -> (its target, dbt's manifest object)


class DbtError(Exception):
    """The project does not parse, or a model failed to build. The message is dbt's, with the model's name."""


@dataclass(frozen=True)
class NodeResult:
    """What became of one seed, model or test. `rows` counts a table's rows; `failed` the rows a test found."""

    unique_id: str
    name: str
    kind: str  # seed, model, snapshot, test, unit_test
    status: str  # ok, warn, fail, error, skipped
    group: str  # folder below models/, for a test that of its model
    seconds: float = 0.0
    rows: int | None = None
    failed: int = 0
    message: str = ""
    model: str | None = None  # unique id of the model or source that a test looks at
    severity: str = "error"
    sample: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_test(self) -> bool:
        return self.kind in ("test", "unit_test")


NodeListener = Callable[[NodeResult], None]


@dataclass(frozen=True)
class Project:
    """A dbt project built into one warehouse. Artefacts and logs go to CRM_HOME/dbt_target."""

    settings: Settings
    folder: Path = field(default_factory=project_folder)

    @property
    def target(self) -> Path:
        return self.settings.home / "dbt_target"

    @property
    def manifest_file(self) -> Path:
        return self.target / "manifest.json"

    @property
    def _stamp(self) -> Path:
        return self.target / ".parsed"

    def _is_parsed(self, wanted: str) -> bool:
        return self.manifest_file.exists() and self._stamp.exists() and self._stamp.read_text() == wanted

    def manifest(self) -> dict[str, Any]:
        """The manifest as plain data, parsed only when the project changed. Needs no database. Raises DbtError."""
        if not self._is_parsed(project_hash(self.folder)):
            self._parse()
        return _read(self.manifest_file, self.manifest_file.stat().st_mtime_ns)

    def groups(self) -> Counter[str]:
        """How many nodes a whole build runs, by group."""
        nodes = self.manifest()["nodes"].values()
        return Counter(group_of(node) for node in nodes if node["resource_type"] in RUN)

    def scored(self) -> set[str]:
        """Unique ids of the nodes that SCORED selects."""
        manifest = self.manifest()
        left = [uid for uid, source in manifest["sources"].items() if source["source_name"] == "scores"]
        found: set[str] = set()
        while left:
            children = set(manifest["child_map"][left.pop()]) - found
            found |= children
            left += children
        return found

    def build(
        self,
        as_of: date,
        select: Sequence[str] = (),
        exclude: Sequence[str] = (),
        full_refresh: bool = False,
        tests: bool = True,
        on_event: NodeListener | None = None,
    ) -> list[NodeResult]:
        """Seeds, models and their data tests in the order of the graph. Unit tests belong to the test suite.

        Holds work.duckdb while it runs and lets go of it before it returns. Failures are in the results, not raised;
        DbtError only when dbt could not start.
        """
        manifest = self._parse()
        args = ["build", "--exclude-resource-type", "unit_test", "--no-write-json"]
        args += [] if tests else ["--exclude-resource-type", "test"]
        args += ["--select", *select] if select else []
        args += ["--exclude", *exclude] if exclude else []
        args += ["--full-refresh"] if full_refresh else []
        args += self._flags(as_of.isoformat(), user_segmentations=self._own_segmentations())
        try:
            outcome = self._runner(on_event, manifest).invoke(args)
        finally:
            _let_go()
        if outcome.exception is not None:
            raise DbtError(str(outcome.exception).strip()) from outcome.exception
        nodes = [r for r in outcome.result.results if r.node.resource_type in RUN]
        hooks = [r for r in outcome.result.results if r.node.resource_type not in RUN]
        if told := [str(r.message).strip() for r in hooks if str(r.status) == "error"]:
            raise DbtError("\n".join(told))
        return self._evidence([_result(r.node, r) for r in nodes], nodes)

    def _parse(self) -> Any:
        """dbt's manifest object, from memory, from the partial parse of an earlier process, or from the files."""
        wanted = project_hash(self.folder)
        self.target.mkdir(parents=True, exist_ok=True)
        state = (self.folder, wanted, self.settings.base_currency)
        if state in _PARSED and self._adopt(_PARSED[state][0], wanted):
            return _PARSED[state][1]
        written = ["--no-write-json"] if self._is_parsed(wanted) else []  # writing it again is half of the time
        try:
            outcome = self._runner().invoke(["parse", *written, *self._flags("1970-01-01")])
        finally:
            _let_go()
        if not outcome.success:
            raise DbtError(f"{self.folder}: {str(outcome.exception).strip()}")
        self._stamp.write_text(wanted)
        _PARSED[state] = (self.target, outcome.result)
        return outcome.result

    def _adopt(self, parsed_at: Path, wanted: str) -> bool:
        """Have the files of a parse of this process in this warehouse's folder, too; False when they are gone."""
        if self._is_parsed(wanted):
            return True
        if parsed_at == self.target or not (parsed_at / "manifest.json").exists():
            return False
        for name in ("manifest.json", "partial_parse.msgpack"):
            shutil.copyfile(parsed_at / name, self.target / name)
        self._stamp.write_text(wanted)
        return True

    def _runner(self, on_event: NodeListener | None = None, manifest: Any = None) -> Any:
        os.environ["CRM_WORK_DB"] = str(self.settings.work_db)
        os.environ.setdefault("DO_NOT_TRACK", "1")
        from dbt.cli.main import dbtRunner

        def finished(event: Any) -> None:
            if event.info.name != "NodeFinished" or manifest is None:
                return
            node = manifest.nodes.get(event.data.node_info.unique_id)
            reach(f"dbt.after_{event.data.node_info.resource_type}")
            if on_event and node is not None:
                on_event(_result(node, event.data.run_result))

        return dbtRunner(manifest=manifest, callbacks=[finished])

    def _own_segmentations(self) -> list[dict[str, Any]]:
        from orchestration.segments.load import own_segmentations

        return [each.as_variable() for each in own_segmentations(self.settings)]

    def _flags(self, as_of: str, **more: Any) -> list[str]:
        variables = {"as_of": as_of, "base_currency": self.settings.base_currency, **more}
        return [
            *("--project-dir", str(self.folder), "--profiles-dir", str(self.folder)),
            *("--target-path", str(self.target), "--log-path", str(self.target / "logs")),
            *("--log-level", "none", "--log-level-file", "info", "--no-print"),
            *("--vars", json.dumps(variables)),
        ]

    def _evidence(self, results: list[NodeResult], raw: Sequence[Any]) -> list[NodeResult]:
        """The results with row counts of built tables and the first failing rows of failed tests."""
        if not self.settings.work_db.exists():
            return results
        found = []
        with duckdb.connect(str(self.settings.work_db), read_only=True) as con:
            con.execute("set timezone = 'UTC'")
            tables = con.execute("select schema_name || '.' || table_name, estimated_size from duckdb_tables()")
            sizes = dict(tables.fetchall())
            for result, each in zip(results, raw, strict=True):
                if result.is_test and result.status in ("fail", "warn"):
                    result = replace(result, sample=_sample(con, getattr(each.node, "compiled_code", None)))
                elif not result.is_test:
                    result = replace(result, rows=sizes.get(f"{each.node.schema}.{each.node.alias}"))
                found.append(result)
        return found


@lru_cache(maxsize=1)
def _read(manifest: Path, written: int) -> dict[str, Any]:
    """A manifest of five megabytes, which several readers of one process want; `written` tells a newer one."""
    return json.loads(manifest.read_text(encoding="utf-8"))


def group_of(node: Any) -> str:
    """Folder of a node below models/ (or seeds), where a reader looks for it: staging/sales, core, marts/customer."""
    fqn = list(node["fqn"] if isinstance(node, dict) else node.fqn)[1:-1]
    kind = str(node["resource_type"] if isinstance(node, dict) else node.resource_type)
    return "/".join(fqn) or ("seeds" if kind == "seed" else kind)


def _result(node: Any, result: Any) -> NodeResult:
    kind = str(node.resource_type)
    status = {"success": "ok", "pass": "ok", "runtime error": "error"}.get(str(result.status), str(result.status))
    reads = getattr(node.depends_on, "nodes", ())  # a seed has none
    attached = getattr(node, "attached_node", None) or next(iter(reads), None)
    config = getattr(node, "config", None)
    return NodeResult(
        unique_id=node.unique_id,
        name=node.name,
        kind=kind,
        status=status,
        group=group_of(node),
        seconds=round(float(result.execution_time or 0), 3),
        failed=int(getattr(result, "failures", 0) or 0),
        message=str(result.message or "").strip(),
        model=attached if kind in ("test", "unit_test") else None,
        severity=str(getattr(config, "severity", "error") or "error").lower(),
    )


def _sample(con: duckdb.DuckDBPyConnection, sql: str | None) -> list[dict[str, Any]]:
    """The first rows that a test's query returns; none when it cannot be run alone."""
    if not sql:
        return []
    try:
        cursor = con.execute(f"select * from ({sql.strip().rstrip(';')}) limit {SAMPLE_ROWS}")
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    except duckdb.Error:
        return []


def _let_go() -> None:
    """Close the database that dbt-duckdb keeps open for the life of the process, so that others can open it."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager as Manager

    if Manager._ENV is not None:
        Manager._ENV.close()
    Manager.close_all_connections()
