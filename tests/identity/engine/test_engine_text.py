"""The engine's own rendering of the models is what dbt compiles."""

import re

import pytest

from orchestration.identity import engine
from tests.dbt.project import Dbt


def bare(sql: str) -> str:
    """Without quotes, the database's name, blanks and comments."""
    sql = re.sub(r"--[^\n]*", " ", re.sub(r'"work"\.|"', "", sql))
    return re.sub(r"\s+", " ", re.sub(r"main_(identity|seeds)\.", r"\1.", sql)).strip()


def test_training_and_tests_run_the_sql_that_dbt_runs(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_WORK_DB", str(tmp_path_factory.mktemp("text") / "work.duckdb"))
        result = dbt.invoke("compile", "--select", *engine.MODELS)
    assert result.success, result.exception
    compiled = {r.node.name: bare(r.node.compiled_code) for r in result.result if r.node.name in engine.MODELS}
    assert compiled == {name: bare(engine.render(name)) for name in engine.MODELS}
