"""The dbt project and an empty raw layer, as for the tests of dbt."""

from tests.dbt.conftest import dbt, raw

__all__ = ["dbt", "raw"]
