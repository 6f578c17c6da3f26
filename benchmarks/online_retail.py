"""UCI Online Retail as a shop would deliver it: a bulk, the last ten days one run each, then the older file over it.

    python -m benchmarks.online_retail DATA [--home CRM_HOME]

DATA holds uci_online_retail/by-day/ and uci_online_retail_ii/. Every step is `acrm run` in a process of its own; the
figures are read from the release that it leaves.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

import duckdb

from benchmarks.measure import Cost, machine, run

REPO = Path(__file__).resolve().parents[1]
ACRM = str(Path(sys.executable).with_name("acrm"))
DAYS = 10
FIGURES = {
    "lines accounted": """select sum(records_in) from ops.deliveries
        where status = 'loaded' and stream in ('order_lines', 'returns')""",
    "net value": """select round((select sum(line_amount_base) from core.fct_order_lines)
        - (select sum(deducted_base) from core.fct_returns), 2)""",
    "daily sales": "select round(sum(net_base), 2) from marts.daily_sales",
    "without customer": """select count(*) filter (where o.customer_id is null)
        + (select count(*) from core.fct_returns where customer_id is null)
        from core.fct_order_lines l join core.fct_orders o using (order_id)""",
    "customers": "select count(*) from marts.dim_customers",
    "in RFM": "select count(*) from marts.customer_rfm",
    "repeated": """select sum(duplicate_rows) from marts.row_accounting where stream in ('order_lines', 'returns')""",
    "equal lines kept": "select sum(equal_lines_kept) from marts.row_accounting",
}


def released(home: Path) -> dict[str, object]:
    """The figures of the release that serves."""
    with duckdb.connect(str(home / "releases" / "current.duckdb"), read_only=True) as con:
        return {name: con.execute(sql).fetchall()[0][0] for name, sql in FIGURES.items()}


def step(name: str, home: Path, as_of: str, env: dict[str, str]) -> None:
    """One run, and what it left."""
    cost: Cost = run([ACRM, "run", "--as-of", as_of], env)
    figures = "  ".join(f"{key} {value:,}" for key, value in released(home).items())
    print(f"{name:24} {cost.wall_s:6.1f} s {cost.cpu_s:6.1f} CPU s {cost.peak_mib:6,.0f} MiB  {figures}", flush=True)


def main() -> None:
    """Run the script's command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("data", type=Path)
    options.add_argument("--home", type=Path, help="a folder to keep; else a temporary one")
    chosen = options.parse_args()
    home = chosen.home or Path(tempfile.mkdtemp(dir=os.environ.get("CRM_BENCHMARK_DIR")))
    delivered, older = home / "first" / "by-day", home / "second"
    for folder in (home / "feeds", delivered, older):
        folder.mkdir(parents=True)
    env = {
        "CRM_HOME": str(home),
        "CRM_BASE_CURRENCY": "GBP",
        "CRM_SETTLE_SECONDS": "0",
        "UCI_ONLINE_RETAIL": str(delivered.parent),
        "UCI_ONLINE_RETAIL_II": str(older),
        "PYTHONPATH": str(REPO),
    }
    examples = REPO / "docs" / "examples" / "feeds"
    shutil.copy(examples / "uci_online_retail.yml", home / "feeds")
    days = sorted((chosen.data / "uci_online_retail" / "by-day").glob("*.csv"))
    bulk, last = days[:-DAYS], days[-DAYS:]
    print(machine())
    for day in bulk:
        shutil.copy(day, delivered)
    step(f"bulk of {len(bulk)} files", home, bulk[-1].stem, env)
    for day in last:
        shutil.copy(day, delivered)
        step(day.name, home, day.stem, env)
    shutil.copy(examples / "uci_online_retail_ii.yml", home / "feeds")
    for file in (chosen.data / "uci_online_retail_ii").glob("*.parquet"):
        shutil.copy(file, older)
    step("Online Retail II", home, last[-1].stem, env)
    if chosen.home is None:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
