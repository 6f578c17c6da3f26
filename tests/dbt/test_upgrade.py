"""A warehouse that an older version of the project has built goes on with this one."""

import pytest

from tests.dbt.project import Dbt, Raw


@pytest.mark.parametrize("change", ["drop column question_zh", "add column gone varchar"])
def test_a_seed_whose_table_has_other_columns_is_made_anew(dbt: Dbt, raw: Raw, change: str) -> None:
    dbt.run(raw.path, "questions")
    before = raw.query("describe seeds.questions"), raw.query("from seeds.questions order by all")
    raw.query(f"alter table seeds.questions {change}")
    dbt.run(raw.path, "questions")
    assert (raw.query("describe seeds.questions"), raw.query("from seeds.questions order by all")) == before
