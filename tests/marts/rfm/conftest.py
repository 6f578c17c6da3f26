"""The RFM marts over one small company, built once; tests that change nothing share it."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.dbt.project import Dbt
from tests.marts.rfm.company import lay

MODELS = ("path:models/marts/rfm", "rfm_cuts", "rfm_weights", "rfm_recall_triggers")
Build = Callable[..., duckdb.DuckDBPyConnection]


@pytest.fixture(scope="session")
def build(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """build(until, *models, where, **vars) -> a connection to the company as it was known on that day."""

    def built(until: str, *models: str, where: str = "true", **variables: object) -> duckdb.DuckDBPyConnection:
        path: Path = lay(tmp_path_factory.mktemp("company") / "work.duckdb", until, where)
        dbt.run(path, *(models or MODELS), as_of=until, **variables)
        return duckdb.connect(str(path))  # as dbt has it open

    return built


@pytest.fixture(scope="session")
def company(build: Build) -> duckdb.DuckDBPyConnection:
    return build("2023-12-31")
