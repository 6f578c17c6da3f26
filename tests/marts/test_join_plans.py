"""No model compares every row of one table with every row of another where it could look it up: what is harmless at
ten thousand customers never ends at a hundred thousand. DuckDB does so for an outer join that asks for an equality and
more, and for equalities that "or" connects; the rest of the condition belongs into a CASE, or behind the join.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.dbt.project import Dbt
from tests.marts.company import AS_OF, Company

SMALL = {"customer_tiers": "the tiers of the pyramid, a handful"}  # one side stays small whatever the customers


def pairwise(plan: dict) -> Iterator[str]:
    """Conditions with an equality of a plan's joins that compare all with all."""
    told = plan.get("extra_info", {})
    condition = str(told.get("Condition") or told.get("Conditions"))
    if plan["name"].strip() == "BLOCKWISE_NL_JOIN" and " = " in condition:
        yield condition
    for child in plan["children"]:
        yield from pairwise(child)


def found(con: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    plans = json.loads(con.execute(f"explain (format json) {sql}").fetchall()[0][1])
    return [condition for plan in plans for condition in pairwise(plan)]


@pytest.fixture(scope="module")
def compiled(dbt: Dbt, company: Company) -> dict[str, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_WORK_DB", str(company.database))
        result = dbt.invoke("compile", "--select", "resource_type:model", as_of=AS_OF)
    assert result.success, result.exception
    return {r.node.name: r.node.compiled_code for r in result.result if r.node.resource_type == "model"}


def test_no_model_compares_all_rows_with_all_rows(compiled: dict[str, str], company: Company, tmp_path: Path) -> None:
    with duckdb.connect(str(company.copy(tmp_path / "work.duckdb"))) as con:
        con.execute("set timezone = 'UTC'")
        told = {name: found(con, sql) for name, sql in compiled.items()}
    assert {name: conditions for name, conditions in told.items() if conditions and name not in SMALL} == {}


def test_an_outer_join_on_more_than_equalities_is_found() -> None:
    with duckdb.connect() as con:
        con.execute("create table a as select i as k, 'x' || i as t from range(1000) as r(i)")
        assert found(con, "select 1 from a left join a as b on a.k = b.k and b.t like '%' || a.t") != []
        assert found(con, "select 1 from a inner join a as b on a.k = b.k or a.t = b.t") != []
        assert found(con, "select 1 from a left join a as b on a.k = b.k and b.t <> a.t") == []
