"""The engine's own rendering of the models is what dbt compiles."""

import re

import pytest

from orchestration.identity import engine
from orchestration.identity.incremental import CARRIED, FROM_CLUSTERS, RUN
from tests.dbt.project import Dbt


def bare(sql: str) -> str:
    """Without quotes, the database's name, blanks and comments."""
    sql = re.sub(r"--[^\n]*", " ", re.sub(r'"work"\.|"', "", sql))
    return re.sub(r"\s+", " ", re.sub(r"main_(identity|seeds|staging)\.", r"\1.", sql)).strip()


def test_training_and_tests_run_the_sql_that_dbt_runs(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> None:
    names = (*engine.MODELS, *FROM_CLUSTERS, *CARRIED, RUN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_WORK_DB", str(tmp_path_factory.mktemp("text") / "work.duckdb"))
        result = dbt.invoke("compile", "--select", *names, as_of=engine.PARSED_AS_OF)
    assert result.success, result.exception
    compiled = {r.node.name: bare(r.node.compiled_code) for r in result.result if r.node.name in names}
    assert compiled == {name: bare(engine.render(name)) for name in names}
