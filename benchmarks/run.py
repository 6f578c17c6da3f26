"""`make benchmark`: what the orchestration costs over the same SQL run raw, at S, M and L customers.

Every figure is a whole process of its own (wall, CPU, peak memory); the raw floor runs the SQL that dbt compiled in
the same run, on the same inputs. Writes docs/benchmark.md and docs/benchmark.json.
"""

import json
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import growth
from benchmarks.measure import Cost, machine, python, run, write_json

REPO = Path(__file__).resolve().parents[1]
SCALES = {"S": 10_000, "M": 100_000, "L": 1_000_000}
ACRM = [str(Path(sys.executable).with_name("acrm"))]

INGEST = "from orchestration.pipeline import ingest; from orchestration.settings import settings; ingest(settings())"
DBT = """
from orchestration.dbt import SCORED
from orchestration.pipeline import build, inputs
from orchestration.settings import settings
of = settings()
day = inputs(of).as_of
build(of, day, exclude=[SCORED], tests={tests})
build(of, day, [SCORED], tests={tests})
"""
SCORES = (
    "from orchestration.pipeline import inputs, score; from orchestration.settings import settings; "
    "score(settings(), inputs(settings()).as_of)"
)


def measure(scale: str, folder: Path) -> dict:
    """All figures of one scale."""
    home = folder / scale
    env = {"CRM_HOME": str(home), "CRM_WORK_DB": str(home / "work.duckdb"), "PYTHONPATH": str(REPO)}
    raw_json = folder / f"{scale}.json"
    costs: dict[str, Cost] = {}
    costs["generate the demo company"] = run([*ACRM, "demo", "--scale", str(SCALES[scale])], env)
    costs["ingest (land, scan, gate, commit)"] = python(INGEST, env=env)
    costs["dbt, models only"] = python(DBT.format(tests=False), env=env)
    costs["raw SQL, same models"] = run([sys.executable, "-m", "benchmarks.raw_sql", str(home), str(raw_json)], env)
    costs["scores"] = python(SCORES, env=env)
    costs["dbt, models and tests"] = python(DBT.format(tests=True), env=env)
    costs["acrm run, all delivered: gate, transform, audit, release"] = run([*ACRM, "run", "--force"], env)
    costs["acrm run, no news at all"] = run([*ACRM, "run"], env)
    return {"customers": SCALES[scale], "costs": {k: v.as_dict() for k, v in costs.items()}, "raw": _read(raw_json)}


def _read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def page(results: dict) -> str:
    """The Markdown page of one run."""
    lines = [
        "# Benchmark",
        "",
        f"Measured on {results['machine']}, {results['date']}, one run per figure, by `make benchmark`.",
        "Wall and CPU seconds and peak memory are those of a whole process, imports included.",
    ]
    for scale, figures in results["scales"].items():
        lines += ["", f"## {scale}: {figures['customers']:,} customers", "", "| step | wall s | CPU s | peak MiB |"]
        lines += ["|---|---:|---:|---:|"]
        for step, cost in figures["costs"].items():
            lines.append(f"| {step} | {cost['wall_s']:.1f} | {cost['cpu_s']:.1f} | {cost['peak_mib']:,.0f} |")
        floor = figures["raw"]["total_s"]
        dbt = figures["costs"]["dbt, models only"]["wall_s"]
        whole = figures["costs"]["acrm run, all delivered: gate, transform, audit, release"]["wall_s"]
        lines += [
            "",
            f"Raw SQL, statements only: {floor:.1f} s. dbt (whole process) / raw statements = {dbt / floor:.2f}; "
            f"whole graph with tests, gates and release / raw statements = {whole / floor:.2f}.",
            "",
            "Slowest statements:",
            "",
            "| model | s | peak MiB |",
            "|---|---:|---:|",
        ]
        slowest = sorted(figures["raw"]["steps"], key=lambda step: -step["seconds"])[:12]
        lines += [f"| {s['model']} | {s['seconds']:.2f} | {s['peak_mib']:,.0f} |" for s in slowest]
    if grown := growth.table(results["scales"]):
        lines += [
            "",
            "## Marts",
            "",
            "Seconds of each statement run raw, and the exponent b of seconds ~ customers^b between",
        ]
        lines += [
            f"the two largest scales (– below {growth.LEAST_SECONDS} s; at most {growth.ALLOWED} is wanted).",
            "",
            *grown,
        ]
    return "\n".join(lines) + "\n"


def main() -> None:
    scales = [a.upper() for a in sys.argv[1:]] or ["S", "M"]
    if unknown := set(scales) - set(SCALES):
        raise SystemExit(f"unknown scale {', '.join(sorted(unknown))}; choose from {', '.join(SCALES)}")
    results = {"machine": machine(), "date": datetime.now(UTC).date().isoformat(), "scales": {}}
    with tempfile.TemporaryDirectory(dir=os.environ.get("CRM_BENCHMARK_DIR")) as folder:
        for scale in scales:
            print(f"scale {scale}: {SCALES[scale]:,} customers", flush=True)
            results["scales"][scale] = measure(scale, Path(folder))
            write_json(REPO / "docs" / "benchmark.json", results)
            (REPO / "docs" / "benchmark.md").write_text(page(results), encoding="utf-8")
    print(page(results))


if __name__ == "__main__":
    main()
