"""The figures of public data by the project's own feeds and models, as one page: docs/marts/real-data.md is its output.

    python -m benchmarks.real_data DATA [--homes FOLDER] > docs/marts/real-data.md

DATA holds uci_online_retail/, uci_online_retail_ii/, maven_crm/, groceries/ and hillstrom/. Every warehouse is built in
a process of its own, as far as the figures need it. FOLDER keeps it: NAME.duckdb that is there already is only read.
"""

import argparse
import csv
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from benchmarks import hughes_hillstrom
from benchmarks.marts_report import figures, lines_per_model
from benchmarks.measure import python

REPO = Path(__file__).resolve().parents[1]
EXAMPLES = REPO / "docs" / "examples" / "feeds"
HEAD = """# Figures of public data

Printed by `python -m benchmarks.real_data DATA`, which takes the data in through the feeds of
[examples](../examples/README.md), builds the models and reads the tables. A dash is an empty cell.
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
MODELS = {
    "retail": (
        "+daily_sales", "+row_accounting", "+dim_customers", "+path:models/marts/rfm", "+path:models/marts/value",
        "+path:models/marts/cohorts", "+basket_rules",
    ),
    "maven": ("+path:models/marts/funnel", "+path:models/marts/sales"),
    "groceries": ("+basket_rules",),
}  # fmt: skip
BUILD = """
import sys
from datetime import date
from orchestration import pipeline
from orchestration.settings import settings
day, *select = sys.argv[1:]
pipeline.ingest(settings())
pipeline.judge(pipeline.transform(settings(), date.fromisoformat(day), select=select, tests=False))
"""
LOOSEST = "1,order_product,order,product,0.001,1,0.25,6,,The loosest of the published thresholds\n"


def built(name: str, home: Path, as_of: str, models: Sequence[str], feeds: Sequence[str], **variables: object) -> Path:
    """The warehouse after these feeds and models up to a day, kept as `name` beside its home.

    What the home took in before stays in it. Exits with what the program said when a step fails.
    """
    kept = home.with_name(f"{name}.duckdb")
    if kept.exists():
        return kept
    (home / "feeds").mkdir(parents=True, exist_ok=True)
    for feed in feeds:
        shutil.copy(EXAMPLES / f"{feed}.yml", home / "feeds")
    env = {"CRM_HOME": home, "CRM_SETTLE_SECONDS": "0", "PYTHONPATH": REPO} | variables
    cost = python(BUILD, as_of, *models, env={key: str(value) for key, value in env.items()})
    print(f"{name}: {cost.wall_s:.0f} s, {cost.cpu_s:.0f} CPU s, {cost.peak_mib:,.0f} MiB", file=sys.stderr, flush=True)
    shutil.copyfile(home / "work.duckdb", kept)
    return kept


def online_retail(data: Path, homes: Path) -> tuple[Path, Path]:
    """Online Retail alone, and with Online Retail II, which repeats nine days of it."""
    home, as_of = homes / "online_retail", "2011-12-09"
    places = {"UCI_ONLINE_RETAIL": data / "uci_online_retail", "UCI_ONLINE_RETAIL_II": data / "uci_online_retail_ii"}
    return (
        built("online_retail_1", home, as_of, MODELS["retail"], ["uci_online_retail"], **places),
        built("online_retail_2", home, as_of, MODELS["retail"], ["uci_online_retail_ii"], **places),
    )


def maven(data: Path, homes: Path) -> Path:
    """The Maven CRM."""
    feeds = [path.stem for path in sorted(EXAMPLES.glob("maven_*.yml"))]
    places = {"MAVEN_CRM": data / "maven_crm", "CRM_BASE_CURRENCY": "USD"}
    return built("maven", homes / "maven_crm", "2017-12-31", MODELS["maven"], feeds, **places)


def groceries(data: Path, homes: Path) -> Path:
    """The groceries, by a copy of the dbt project that grows sets of six items at the loosest thresholds."""
    home, project = homes / "groceries_shop", homes / "groceries_project"
    if not project.exists():
        home.mkdir(parents=True)
        with (
            (data / "groceries" / "groceries.csv").open(encoding="utf-8", newline="") as baskets,
            (home / "lines.csv").open("w", encoding="utf-8", newline="") as lines,
        ):
            items = [(no, item) for no, basket in enumerate(csv.reader(baskets), 1) for item in basket if item]
            csv.writer(lines).writerows([("basket", "item"), *items])
        shutil.copytree(REPO / "dbt_project", project, ignore=shutil.ignore_patterns("target", "logs"))
        seed, variables = project / "seeds" / "basket_bases.csv", project / "dbt_project.yml"
        head = seed.read_text(encoding="utf-8").splitlines(keepends=True)[0]
        seed.write_text(head + LOOSEST, encoding="utf-8")
        text = variables.read_text(encoding="utf-8")
        variables.write_text(text.replace("basket_max_items: 3", "basket_max_items: 6"), encoding="utf-8")
    places = {"GROCERIES": home, "CRM_DBT_PROJECT": project}
    return built("groceries", home, "2000-01-01", MODELS["groceries"], ["groceries"], **places)


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
        with duckdb.connect(str(database), read_only=True) as con:
            yield from section(heading, con, titles)
    yield from ("", "## Hillstrom", *hughes_hillstrom.report(data / "hillstrom" / "hillstrom.csv"))
    yield from ("", "## Lines per SQL model", "", lines_per_model())


def section(heading: str, con: duckdb.DuckDBPyConnection, titles: Sequence[str]) -> list[str]:
    """Lines of the page about one data set."""
    return ["", f"## {heading}", *figures(con, titles)]


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
