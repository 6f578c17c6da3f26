"""One parsed dbt project for all tests of this folder: parsing costs seconds, a warm run fractions of one."""

from pathlib import Path

import pytest

from tests.dbt.project import Dbt, Raw


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    from dbt.cli.main import dbtRunner

    target = tmp_path_factory.mktemp("target")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_WORK_DB", str(target / "work.duckdb"))  # the stem becomes the catalog of all nodes
        parsed = Dbt(dbtRunner(), target).invoke("parse", as_of=None)
        assert parsed.success, parsed.exception
        yield Dbt(dbtRunner(manifest=parsed.result), target)


@pytest.fixture
def raw(tmp_path: Path) -> Raw:
    return Raw(tmp_path / "work.duckdb")
