"""dbt parsed once; people whose identity the state models work on."""

from pathlib import Path

import pytest

from tests.dbt.project import Dbt
from tests.identity.state.engine import People, compiled


@pytest.fixture(scope="session")
def models(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_WORK_DB", str(tmp_path_factory.mktemp("compiled") / "work.duckdb"))
        return compiled(dbt)


@pytest.fixture
def people(models: dict[str, tuple[str, str]]) -> People:
    return People(models)


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    return tmp_path / "identity_overrides.csv"
