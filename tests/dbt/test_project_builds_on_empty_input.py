"""Every model, data test and unit test of the project, on a warehouse into which nothing was delivered yet."""

from tests.dbt.project import Dbt, Raw


def test_all_models_data_tests_and_unit_tests_pass_without_a_single_record(dbt: Dbt, raw: Raw) -> None:
    dbt.run(raw.path, "*", tests=True)
    unit_tests = list(dbt.runner.manifest.unit_tests.values())
    assert len(unit_tests) >= 20, "the numbers to check by hand are part of the project"
    assert raw.query("select count(*) from marts.dim_customers") == [(0,)]
