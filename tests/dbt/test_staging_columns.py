"""The columns that the generated yml promises are the columns that the models have."""

from orchestration.contract import streams
from orchestration.contract.derived import staged_columns
from tests.dbt.project import Dbt, Raw


def test_every_staging_model_has_the_promised_columns_and_passes_its_own_tests(dbt: Dbt, raw: Raw) -> None:
    raw.add("orders", [{"order_ref": "1", "ordered_at": "2024-01-01 10:00:00"}])
    dbt.run(raw.path, "resource_type:seed", "path:models/staging", tests=True)
    actual: dict[str, dict[str, str]] = {}
    for table, column, sql_type in raw.query(
        "select table_name, column_name, data_type from information_schema.columns where table_schema = 'staging'"
    ):
        actual.setdefault(table, {})[column] = sql_type.lower()
    for stream in streams().values():
        promised = {c.name: c.sql_type for c in staged_columns(stream)}
        assert actual[f"stg_{stream.domain}__{stream.name}"] == promised, stream.name
