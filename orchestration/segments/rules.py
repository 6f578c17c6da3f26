"""Is a rule one SQL expression over the documented columns of segment_facts, and does it give what it should?"""

import json
from functools import cache

import duckdb

from orchestration.ingestion.expressions import ExpressionError, closest, parse
from orchestration.own_yaml import read_yaml
from orchestration.settings import DBT_PROJECT

FACTS = DBT_PROJECT / "models" / "marts" / "segments" / "segment_facts.yml"


@cache
def fact_columns() -> dict[str, dict[str, str]]:
    """Columns that a rule may read: name -> type, about, en, zh, as the mart's own description has them."""
    (model,) = read_yaml(FACTS)["models"]
    return {
        column["name"]: {
            "type": column["data_type"],
            "about": column["description"],
            "en": column["config"]["meta"]["en"],
            "zh": column["config"]["meta"]["zh"],
        }
        for column in model["columns"]
    }


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """An empty table of facts, to bind rules against; it can reach no file and no network."""
    con = duckdb.connect(config={"enable_external_access": "false"})
    columns = ", ".join(f"{name} {column['type']}" for name, column in fact_columns().items())
    con.execute(f"create table facts ({columns})")
    con.execute("set lock_configuration = true")
    return con


@cache
def _forbidden() -> dict[str, str]:
    """Functions that a rule may not call, with the reason."""
    rows = _engine().execute("select function_name, function_type, stability from duckdb_functions()").fetchall()
    moving = {name: "gives another value at every run" for name, _, how in rows if how and how != "CONSISTENT"}
    return moving | {
        name: "sums up several customers; a rule sees one" for name, kind, _ in rows if kind == "aggregate"
    }


def check_rule(text: str, result: str) -> str:
    """The rule as it is; ExpressionError when it is no expression, reads what is not there or gives no `result`.

    `result` is boolean (a rule) or text (values of `by`, any type).
    """
    expression = parse(text)
    known = fact_columns()
    for column in sorted(expression.columns):
        if column.casefold() not in known:
            raise ExpressionError(
                f"there is no column {column!r}{closest(column, known)}; `acrm segments columns` lists them"
            )
    called = _functions(text)
    for name, reason in _forbidden().items():
        if name in called:
            raise ExpressionError(f"{name}() is not allowed: it {reason}")
    if "{" in text or "--" in text or "/*" in text:
        raise ExpressionError("braces and comments are not allowed in a rule")
    try:
        kind = _engine().execute(f"select typeof(({text})) from (select 1) left join facts on true").fetchall()[0][0]
    except duckdb.Error as error:
        raise ExpressionError(str(error).split("\n")[0]) from None
    if result == "boolean" and kind != "BOOLEAN":
        raise ExpressionError(f"a rule is true or false, and this is a {kind}: compare it with something")
    return text


def _functions(text: str) -> set[str]:
    tree = json.loads(_engine().execute("select json_serialize_sql(?)", [f"select ({text})"]).fetchall()[0][0])
    found, left = set(), [tree]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            if node.get("class") == "FUNCTION":
                found.add(node["function_name"].lower())
            left += node.values()
        elif isinstance(node, list):
            left += node
    return found
