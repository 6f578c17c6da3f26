"""The figures of public data by the project's own feeds and models, as one page: docs/marts/real-data.md is its output.

    python -m benchmarks.real_data DATA [--homes FOLDER] > docs/marts/real-data.md

DATA holds uci_online_retail/, uci_online_retail_ii/, maven_crm/, groceries/ and hillstrom/. Every warehouse is built by
`acrm run` in a process of its own. FOLDER keeps what was built: a release that is there already is read, not built.
"""

import argparse
import csv
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import hughes_hillstrom
from benchmarks.marts_report import figures, lines_per_model
from benchmarks.measure import python, run

REPO = Path(__file__).resolve().parents[1]
EXAMPLES = REPO / "docs" / "examples" / "feeds"
ACRM = str(Path(sys.executable).with_name("acrm"))
HEAD = """# Figures of public data

Printed by `python -m benchmarks.real_data DATA`, which takes the data in through the feeds of
[examples](../examples/README.md), runs the program and reads what it built. A dash is an empty cell.
Money is in pounds for Online Retail, in dollars for Maven. Hillstrom has no count of purchases: cells by R and M."""
RETAIL = (
    "Net value", "Lines", "RFM by five methods", "RFM, customers by method and segment",
    "RFM, customers by method and code", "Agreement of methods", "RFM, who moved in the last month",
    "Customers who bought within a month, last months", "Hughes cells", "ABC", "Pareto: what the best customers bring",
    "Pyramid", "BCG", "Cohorts: retention after 1, 3, 6, 12 complete months",
    "Cohorts by the month of the first purchase", "Baskets: rules by basis and system",
    "Baskets: strongest rules of ten baskets and more",
)  # fmt: skip
DEALS = (
    "Deals won", "Funnel of deals", "Bottlenecks", "Employees, all time", "Back-test of the forecast",
    "Sales expected of open deals",
)  # fmt: skip
BASKETS = ("Baskets: rules by published thresholds", "Baskets: strongest rules of ten baskets and more")
RULES = """
from datetime import date
from orchestration import pipeline
from orchestration.settings import settings
pipeline.ingest(settings())
pipeline.judge(pipeline.transform(settings(), date(2000, 1, 1), select=["+basket_rules"], tests=False))
"""
LOOSEST = "1,order_product,order,product,0.001,1,0.25,6,,The loosest of the published thresholds\n"


def told(text: str) -> None:
    """Progress goes beside the page."""
    print(text, file=sys.stderr, flush=True)


def release(name: str, home: Path, as_of: str, feeds: list[str], **variables: object) -> Path:
    """The release of a warehouse that takes in these worked feeds up to a day, kept as `name` beside its home.

    What the home took in before stays in it. Exits with the program's own words when the run fails.
    """
    kept = home.with_name(f"{name}.duckdb")
    if kept.exists():
        return kept
    (home / "feeds").mkdir(parents=True, exist_ok=True)
    for feed in feeds:
        shutil.copy(EXAMPLES / f"{feed}.yml", home / "feeds")
    env = {"CRM_HOME": str(home), "CRM_SETTLE_SECONDS": "0", "PYTHONPATH": str(REPO)}
    cost = run([ACRM, "run", "--plain", "--as-of", as_of], env | {key: str(value) for key, value in variables.items()})
    told(f"{name}: {cost.wall_s:.0f} s, {cost.cpu_s:.0f} CPU s, {cost.peak_mib:,.0f} MiB")
    shutil.copyfile(home / "releases" / "current.duckdb", kept)
    return kept


def online_retail(data: Path, homes: Path) -> tuple[Path, Path]:
    """Releases of Online Retail alone and of it with Online Retail II, which repeats nine days of it."""
    home, as_of = homes / "online_retail", "2011-12-09"
    places = {"UCI_ONLINE_RETAIL": data / "uci_online_retail", "UCI_ONLINE_RETAIL_II": data / "uci_online_retail_ii"}
    return (
        release("online_retail_1", home, as_of, ["uci_online_retail"], **places),
        release("online_retail_2", home, as_of, ["uci_online_retail_ii"], **places),
    )


def maven(data: Path, homes: Path) -> Path:
    """Release of the Maven CRM."""
    feeds = [path.stem for path in sorted(EXAMPLES.glob("maven_*.yml"))]
    return release(
        "maven", homes / "maven_crm", "2017-12-31", feeds, MAVEN_CRM=data / "maven_crm", CRM_BASE_CURRENCY="USD"
    )


def groceries(data: Path, homes: Path) -> Path:
    """Work database with the rules of the groceries, by a copy of the dbt project that grows sets of six items.

    Nobody is known who bought, so there is nothing to release.
    """
    home, project, kept = homes / "groceries", homes / "groceries_project", homes / "groceries.duckdb"
    if kept.exists():
        return kept
    (home / "feeds").mkdir(parents=True, exist_ok=True)
    shutil.copy(EXAMPLES / "groceries.yml", home / "feeds")
    with (
        (data / "groceries" / "groceries.csv").open(encoding="utf-8", newline="") as baskets,
        (home / "lines.csv").open("w", encoding="utf-8", newline="") as lines,
    ):
        items = [(no, item) for no, basket in enumerate(csv.reader(baskets), 1) for item in basket if item]
        csv.writer(lines).writerows([("basket", "item"), *items])
    shutil.copytree(REPO / "dbt_project", project, ignore=shutil.ignore_patterns("target", "logs"), dirs_exist_ok=True)
    seed, variables = project / "seeds" / "basket_bases.csv", project / "dbt_project.yml"
    head = seed.read_text(encoding="utf-8").splitlines(keepends=True)[0]
    seed.write_text(head + LOOSEST, encoding="utf-8")
    text = variables.read_text(encoding="utf-8")
    variables.write_text(text.replace("basket_max_items: 3", "basket_max_items: 6"), encoding="utf-8")
    env = {"CRM_HOME": home, "CRM_SETTLE_SECONDS": "0", "GROCERIES": home, "CRM_DBT_PROJECT": project}
    cost = python(RULES, env={key: str(value) for key, value in env.items()} | {"PYTHONPATH": str(REPO)})
    told(f"groceries: {cost.wall_s:.0f} s, {cost.cpu_s:.0f} CPU s, {cost.peak_mib:,.0f} MiB")
    shutil.copyfile(home / "work.duckdb", kept)
    return kept


def page(data: Path, homes: Path) -> Iterator[str]:
    """Lines of the page: every release as it is built."""
    yield from HEAD.splitlines()
    shops = online_retail(data, homes)
    for heading, database, titles in (
        ("UCI Online Retail I and II", shops[1], RETAIL),
        ("UCI Online Retail I alone", shops[0], RETAIL),
        ("Maven CRM", maven(data, homes), DEALS),
        ("Groceries", groceries(data, homes), BASKETS),
    ):
        yield from section(heading, database, titles)
    yield from ("", "## Hillstrom", *hughes_hillstrom.report(data / "hillstrom" / "hillstrom.csv"))
    yield from ("", "## Lines per SQL model", "", lines_per_model())


def section(heading: str, database: Path, titles: Sequence[str]) -> list[str]:
    """Lines of the page about one data set."""
    return ["", f"## {heading}", *figures(database, titles)]


def main() -> None:
    """Run the script's command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("data", type=Path)
    options.add_argument("--homes", type=Path, help="a folder to keep; else a temporary one")
    chosen = options.parse_args()
    for name in ("uci_online_retail", "uci_online_retail_ii", "maven_crm", "groceries", "hillstrom"):
        if not (chosen.data / name).is_dir():
            sys.exit(f"{chosen.data}: has no folder {name}; give the folder of the reference data")
    with tempfile.TemporaryDirectory(dir=os.environ.get("CRM_BENCHMARK_DIR")) as temporary:
        homes = (chosen.homes or Path(temporary)).resolve()
        for line in page(chosen.data.resolve(), homes):
            print(line, flush=True)


if __name__ == "__main__":
    main()
