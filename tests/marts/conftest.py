"""One parsed dbt project and one demo company, built through every model, for all tests of the marts."""

import os
from pathlib import Path

import pytest

from tests.dbt.conftest import dbt, raw
from tests.marts.company import Company, build

__all__ = ["company", "dbt", "raw"]


@pytest.fixture(scope="session")
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Larch & Lantern with 2,000 people, built; or the one whose home CRM_TEST_COMPANY names, without parsing dbt."""
    if built := os.environ.get("CRM_TEST_COMPANY"):
        return Company(Path(built))
    return build(request.getfixturevalue("dbt"), tmp_path_factory.mktemp("company"), people=2_000)
