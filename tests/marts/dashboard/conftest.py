"""Releases to look at: of the demo company, of a shop without web, deals and service, and one without a row."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.release.publish import publish
from orchestration.settings import Settings, settings
from tests.marts.company import AS_OF, Company

# Marts that orders alone do not fill; what a shop that delivers nothing else would see.
NOT_FROM_ORDERS = """
    select 'marts.' || table_name from duckdb_tables() where schema_name = 'marts' and regexp_matches(table_name,
        'web_|channel_|campaign|conversion|funnel|deal|stage|forecast|text_|voice|employee|department|target|party|churn')
    union all select 'scores.satisfaction_drivers'
    union all select 'core.' || table_name from duckdb_tables()
    where schema_name = 'core' and regexp_matches(table_name, 'campaign|engagement|lead|opportunit|survey|ticket|web|spend')
"""
Publish = Callable[..., Settings]


@pytest.fixture(scope="session")
def published(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Publish:
    """Release the demo company in a home of its own, after statements that change the candidate."""

    def make(*statements: str, emptied: str = "") -> Settings:
        of = replace(settings(), home=tmp_path_factory.mktemp("released"), base_currency="GBP")
        of.releases.mkdir()
        company.query("checkpoint")  # what only the write-ahead log holds would be missing in the copy
        shutil.copy(company.database, of.work_db)
        with duckdb.connect(str(of.work_db)) as con:
            for (table,) in con.execute(emptied).fetchall() if emptied else []:
                con.execute(f"create or replace table {table} as select * from {table} limit 0")
            for statement in statements:
                con.execute(statement)
        publish(of, date.fromisoformat(AS_OF), "dashboard")
        of.work_db.unlink()
        return of

    return make


@pytest.fixture(scope="session")
def released(published: Publish) -> Settings:
    """The demo company; one customer has a name that a spreadsheet and a browser would run."""
    name = '=HYPERLINK("http://x")![a](http://x/y)<b>刘伟</b>'
    best = "select customer_id from marts.dim_customers order by net_base desc, customer_id limit 1"
    return published(f"update marts.dim_customers set full_name = '{name}' where customer_id = ({best})")


@pytest.fixture(scope="session")
def shop(published: Publish) -> Settings:
    """A company that delivers customers and orders and nothing else."""
    return published(emptied=NOT_FROM_ORDERS)


@pytest.fixture(scope="session")
def nothing(published: Publish) -> Settings:
    """A company without a row in any public table."""
    tables = (
        "select schema_name || '.' || table_name from duckdb_tables() where schema_name in ('core', 'marts', 'scores')"
    )
    return published(emptied=tables)


@pytest.fixture
def small_home(tmp_path: Path) -> Path:
    return tmp_path / "home"
