"""The parsed dbt project, and models of it run as plain SQL over tables that a test fills by hand."""

from collections.abc import Callable, Iterator

import duckdb
import pytest

from tests.dbt.project import Dbt

Compile = Callable[..., dict[str, str]]


@pytest.fixture(scope="session")
def compiled(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Compile:
    """`compiled("a", "b", some_var=1)`: the SQL of models by name, for a database called `work`."""

    def compile_models(*names: str, **variables: object) -> dict[str, str]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CRM_WORK_DB", str(tmp_path_factory.mktemp("compiled") / "work.duckdb"))
            result = dbt.invoke("compile", "--select", *names, **variables)
        assert result.success, result.exception
        return {r.node.name: r.node.compiled_code for r in result.result if r.node.resource_type == "model"}

    return compile_models


@pytest.fixture
def work() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database in memory under the name of the warehouse, with the schemas of the project."""
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as work")
        con.execute("use work")
        for schema in ("core", "identity", "marts", "seeds", "staging"):
            con.execute(f"create schema {schema}")
        yield con
