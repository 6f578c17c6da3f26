"""Every compiled model carries over to Spark and PostgreSQL.

sqlglot writes it for the target without loss, and the target's parser reads it back. That alone is weak: sqlglot passes
functions and clauses on that only DuckDB has. So every function it writes must be one that the target is known to have.
"""

import contextlib
import re
from pathlib import Path

import pytest
import sqlglot
import yaml
from sqlglot.errors import ErrorLevel, SqlglotError

from tests.dbt.project import Dbt

EXCEPTIONS = yaml.safe_load(Path(__file__).with_name("transpile_exceptions.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def compiled(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """SQL of every model by its name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_WORK_DB", str(tmp_path_factory.mktemp("compiled") / "work.duckdb"))
        result = dbt.invoke("compile", "--select", "resource_type:model")
    assert result.success, result.exception
    return {r.node.name: r.node.compiled_code for r in result.result if r.node.resource_type == "model"}


def carried_over(sql: str, target: str) -> str:
    """The SQL as the target writes it; SqlglotError when something does not carry over."""
    (written,) = sqlglot.transpile(sql, read="duckdb", write=target, unsupported_level=ErrorLevel.RAISE)
    sqlglot.parse_one(written, read=target)
    return written


def foreign(written: str, target: str) -> set[str]:
    """Functions and clauses of translated SQL that the target does not have."""
    bare = re.sub(r"'(?:[^']|\\')*'|/\*.*?\*/", "''", written, flags=re.DOTALL)
    used = {name.lower() for name in re.findall(r"\b([A-Z_0-9]+)\(", bare)}
    used |= {clause.lower() for clause in re.findall(r"\bUSING KEY\b", bare)}
    known = EXCEPTIONS["functions"]["both"].split() + EXCEPTIONS["functions"][target].split()
    return used - set(known)


@pytest.mark.parametrize("target", ["spark", "postgres"])
def test_every_model_carries_over(compiled: dict[str, str], target: str) -> None:
    failed: dict[str, str] = {}
    for name, sql in compiled.items():
        try:
            lost = foreign(carried_over(sql, target), target) - set(EXCEPTIONS["dispatched"])
        except SqlglotError as error:
            failed[name] = str(error)
        else:
            if lost:
                failed[name] = f"{target} has no {', '.join(sorted(lost))}"
    assert set(failed) == set(EXCEPTIONS["models"][target]), failed


def test_every_exception_is_needed(compiled: dict[str, str]) -> None:
    used = {
        name for target in ("spark", "postgres") for sql in compiled.values()
        for name in foreign(carried_over(sql, target), target)
    }  # fmt: skip
    assert set(EXCEPTIONS["dispatched"]) <= used


@pytest.mark.parametrize(
    ("sql", "target"),
    [
        ("select arg_max(a, b) from t", "postgres"),
        ("select approx_count_distinct(a) from t", "postgres"),
        ("select list_transform(a, lambda x: x + 1) from t", "postgres"),
        ("select regexp_extract(a, 'b') from t", "postgres"),
        ("select hash(a) from t", "spark"),
        ("from t pivot (sum(a) for b in (1, 2))", "postgres"),
    ],
)
def test_the_check_sees_what_does_not_carry_over(sql: str, target: str) -> None:
    with contextlib.suppress(SqlglotError):
        assert foreign(carried_over(sql, target), target)
