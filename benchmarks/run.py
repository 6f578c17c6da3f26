"""`make benchmark`: what the orchestration costs over the same SQL run raw, at S, M and L customers.

    python -m benchmarks.run [S M L] [--keep FOLDER]

Every figure is a whole process of its own (wall, CPU, peak memory); the raw floor runs the SQL that dbt compiled in
the same run, on the same inputs. Writes docs/benchmark.md and docs/benchmark.json after every step. With --keep the
warehouses stay in FOLDER, and steps that it has figures of are not run again: a run of hours can be gone on with.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import growth
from benchmarks.measure import machine, run, write_json

REPO = Path(__file__).resolve().parents[1]
SCALES = {"S": 10_000, "M": 100_000, "L": 1_000_000}
ACRM = [str(Path(sys.executable).with_name("acrm"))]

INGEST = "from orchestration.pipeline import ingest; from orchestration.settings import settings; ingest(settings())"
DBT_ONLY, WHOLE = "dbt, models only", "acrm run, all delivered: gate, transform, audit, release"
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


def measure(scale: str, folder: Path) -> Iterator[dict]:
    """The figures of one scale, once more after each step."""
    home, raw_json, noted = folder / scale, folder / f"{scale}.json", folder / f"{scale}.steps.json"
    env = {"CRM_HOME": str(home), "CRM_WORK_DB": str(home / "work.duckdb"), "PYTHONPATH": str(REPO)}
    steps = {
        "generate the demo company": [*ACRM, "demo", "--scale", str(SCALES[scale])],
        "ingest (land, scan, gate, commit)": [sys.executable, "-c", INGEST],
        DBT_ONLY: [sys.executable, "-c", DBT.format(tests=False)],
        "raw SQL, same models": [sys.executable, "-m", "benchmarks.raw_sql", str(home), str(raw_json)],
        "scores": [sys.executable, "-c", SCORES],
        "dbt, models and tests": [sys.executable, "-c", DBT.format(tests=True)],
        WHOLE: [*ACRM, "run", "--force"],
        "acrm run, no news at all": [*ACRM, "run"],
    }
    costs = _read(noted) if noted.exists() else {}
    for step, command in steps.items():
        if step not in costs:
            costs[step] = run(command, env).as_dict()
            write_json(noted, costs)
            print(f"{scale}: {step}: {costs[step]}", flush=True)
        known = {name: costs[name] for name in steps if name in costs}
        yield {"customers": SCALES[scale], "costs": known} | ({"raw": _read(raw_json)} if raw_json.exists() else {})


def _read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def page(results: dict) -> str:
    """The Markdown page of one run."""
    lines = [
        "# Benchmark",
        "",
        f"Measured on {results['machine']}, {results['date']}, one run per figure, by `make benchmark`.",
        "Wall and CPU seconds and peak memory are those of a whole process, imports included. Raw statements are held",
        "to 4 GB of DuckDB's memory, the other steps to CRM_MEMORY_LIMIT where it is set (else 80 % of the machine's).",
    ]
    for scale, figures in results["scales"].items():
        lines += ["", f"## {scale}: {figures['customers']:,} customers", "", "| step | wall s | CPU s | peak MiB |"]
        lines += ["|---|---:|---:|---:|"]
        for step, cost in figures["costs"].items():
            lines.append(f"| {step} | {cost['wall_s']:.1f} | {cost['cpu_s']:.1f} | {cost['peak_mib']:,.0f} |")
        lines += against_raw(figures) if "raw" in figures else ["", "Raw SQL was not run."]
    if grown := growth.table({k: v for k, v in results["scales"].items() if "raw" in v}):
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


def against_raw(figures: dict) -> list[str]:
    """What dbt and the whole graph take over the raw statements, and the slowest of these."""
    raw, costs = figures["raw"], figures["costs"]
    over = [
        f"{told} / raw statements = {costs[step]['wall_s'] / raw['total_s']:.2f}"
        for step, told in ((DBT_ONLY, "dbt (whole process)"), (WHOLE, "whole graph with tests, gates and release"))
        if step in costs
    ]
    lines = ["", f"Raw SQL, statements only: {raw['total_s']:.1f} s. {'; '.join(over)}.", "", "Slowest statements:", ""]
    lines += ["| model | s | peak MiB |", "|---|---:|---:|"]
    slowest = sorted(raw["steps"], key=lambda step: -step["seconds"])[:12]
    return lines + [f"| {s['model']} | {s['seconds']:.2f} | {s['peak_mib']:,.0f} |" for s in slowest]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scales", nargs="*", type=str.upper, choices=SCALES)
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    given = parser.parse_args()
    results = {"machine": machine(), "date": datetime.now(UTC).date().isoformat(), "scales": {}}
    with tempfile.TemporaryDirectory(dir=os.environ.get("CRM_BENCHMARK_DIR")) as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for scale in given.scales or ("S", "M"):
            print(f"scale {scale}: {SCALES[scale]:,} customers", flush=True)
            for figures in measure(scale, folder):
                results["scales"][scale] = figures
                write_json(REPO / "docs" / "benchmark.json", results)
                (REPO / "docs" / "benchmark.md").write_text(page(results), encoding="utf-8")
    print(page(results))


if __name__ == "__main__":
    main()
