"""The floor: the SQL that dbt compiled, run in one process straight on DuckDB, step by step.

`python -m benchmarks.raw_sql HOME OUT` copies the raw and seed schemas of HOME/work.duckdb into an empty file, runs
every model that dbt compiled into HOME/dbt_target in dependency order, and writes seconds and peak memory per model.
"""

import json
import sys
import tempfile
import time
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb
import yaml

from benchmarks.measure import PeakMemory, write_json
from orchestration.settings import DBT_PROJECT, settings

INPUT_SCHEMAS = ("raw", "seeds", "ops", "scores")


def models(target: Path) -> list[dict]:
    """Enabled models with their compiled SQL, in an order that respects their references."""
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    nodes = {k: n for k, n in manifest["nodes"].items() if n["resource_type"] == "model"}
    order = TopologicalSorter({k: [d for d in n["depends_on"]["nodes"] if d in nodes] for k, n in nodes.items()})
    compiled = target / "compiled"
    return [
        {**node, "compiled_code": (compiled / node["package_name"] / node["original_file_path"]).read_text("utf-8")}
        for node in (nodes[k] for k in order.static_order())
    ]


def copy_inputs(work_db: Path, folder: Path) -> Path:
    """A file of the same name (compiled SQL names the database) with nothing but the inputs."""
    target = folder / work_db.name
    con = duckdb.connect(str(target))
    con.execute(f"attach '{work_db}' as src (read_only)")
    tables = con.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where database_name = 'src' and list_contains(?, schema_name)",
        [list(INPUT_SCHEMAS)],
    ).fetchall()
    for schema, table in tables:
        con.execute(f'create schema if not exists "{schema}"')
        con.execute(f'create table "{schema}"."{table}" as from src."{schema}"."{table}"')
    con.execute("detach src")
    con.execute("checkpoint")
    con.close()
    return target


def run(work_db: Path, nodes: list[dict], memory: str = "4GB") -> list[dict]:
    """Execute every model with the settings that dbt uses; one row of figures per model."""
    profile = yaml.safe_load((DBT_PROJECT / "profiles.yml").read_text(encoding="utf-8"))["acrm"]
    con = duckdb.connect(str(work_db))
    given = {"threads": settings().threads, "memory_limit": memory}
    for name, value in (profile["outputs"][profile["target"]]["settings"] | given).items():
        con.execute(f"set {name} = '{value}'")
    figures = []
    for node in nodes:
        con.execute(f'create schema if not exists "{node["schema"]}"')
        kind = "view" if node["config"]["materialized"] == "view" else "table"
        PeakMemory.reset()
        start = time.perf_counter()
        con.execute(f'create {kind} "{node["schema"]}"."{node["alias"]}" as {node["compiled_code"]}')
        seconds = time.perf_counter() - start
        figures.append(
            {"model": f"{node['schema']}.{node['alias']}", "seconds": round(seconds, 3), "peak_mib": PeakMemory.read()}
        )
    con.close()
    return figures


def main() -> None:
    home, out = Path(sys.argv[1]), Path(sys.argv[2])
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        target = copy_inputs(home / "work.duckdb", Path(folder))
        start = time.perf_counter()
        figures = run(target, models(home / "dbt_target"))
        total = time.perf_counter() - start
    write_json(out, {"total_s": round(total, 2), "steps": figures})


if __name__ == "__main__":
    main()
