"""The demo company of the tests of the marts, and the SQL of its features, for the tests of the models."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from ml.audit import ORDER
from tests.dbt.project import Dbt
from tests.marts.company import AS_OF, Company


@pytest.fixture(scope="session")
def warehouse(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the company's work.duckdb that tests may change inside a transaction."""
    return company.copy(tmp_path_factory.mktemp("models") / "work.duckdb")


@pytest.fixture
def con(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection


@pytest.fixture(scope="session")
def feature_sql(dbt: Dbt, warehouse: Path) -> dict[str, str]:
    """SQL of the models that features are made of, by name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_WORK_DB", str(warehouse))
        result = dbt.invoke("compile", "--select", *ORDER, as_of=AS_OF)
    assert result.success, result.exception
    return {r.node.name: r.node.compiled_code for r in result.result}


@pytest.fixture(scope="session")
def labelled(warehouse: Path) -> pd.DataFrame:
    """Features of customers who bought within a year, with their labels; cutoffs before as_of."""
    with duckdb.connect(str(warehouse)) as connection:
        return connection.execute("""
            select f.*, l.* exclude (customer_id, cutoff_on)
            from features.customer_features as f
            inner join features.customer_labels as l on f.customer_id = l.customer_id and f.cutoff_on = l.cutoff_on
            where f.recency_days <= 365 order by f.customer_id, f.cutoff_on""").df()
