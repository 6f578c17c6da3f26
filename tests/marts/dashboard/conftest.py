"""Releases beside that of the demo company: of a shop that delivers orders and nothing else, and one without a row."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.release.publish import publish
from orchestration.settings import Settings
from tests.marts.company import AS_OF

# What orders alone fill; the shop has rows in these tables only.
FROM_ORDERS = (
    "dim_customers|bridge_customer_identities|customer_(rfm|golden_cells|kpi_coverage|lifecycle|lifetime_value|scores|tiers)"
    "|abc_classes|bcg_matrix|daily_sales|lifecycle_.*|order_coverage|pareto_curve|product_sales|profit_pyramid|rfm_.*|fct_orders"
)
# A name that a spreadsheet would run, and a browser would load or draw.
NAME = '=HYPERLINK("http://x")![a](http://x/y)<b>刘伟</b>'


@pytest.fixture(scope="session")
def shop(released: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A company that delivers customers and orders and nothing else; its best customer has a bad name."""
    best = "select customer_id from marts.dim_customers order by net_base desc nulls last, customer_id limit 1"
    change = f"update marts.dim_customers set full_name = '{NAME}' where customer_id = ({best})"
    return thinned(released, tmp_path_factory.mktemp("shop"), FROM_ORDERS, change)


@pytest.fixture(scope="session")
def nothing(released: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A company without a row in any table of facts or marts."""
    return thinned(released, tmp_path_factory.mktemp("nothing"), "none")


def thinned(released: Settings, home: Path, kept: str, *changes: str) -> Settings:
    """A release of the same tables, with rows in those only whose names match `kept`."""
    of = replace(released, home=home)
    of.releases.mkdir()
    with duckdb.connect(str(of.work_db)) as con:
        con.execute(f"attach '{released.current_release}' as src (read_only)")
        tables = con.execute(
            """select schema_name, table_name, regexp_full_match(table_name, ?) from duckdb_tables()
            where database_name = 'src' and schema_name || '.' || table_name <> 'ops.release'""",
            [kept],
        ).fetchall()
        for schema, table, is_kept in tables:
            con.execute(f"create schema if not exists {schema}")
            rows = "" if is_kept else "limit 0"
            con.execute(
                f"create table {schema}.{table} as select * exclude (release_id) from src.{schema}.{table} {rows}"
            )
        for change in changes:
            con.execute(change)
    publish(of, date.fromisoformat(AS_OF), "dashboard")
    return of


@pytest.fixture
def small_home(tmp_path: Path) -> Path:
    return tmp_path / "home"
