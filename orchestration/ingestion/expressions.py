"""Map expressions of feeds: are they one scalar SQL expression, which delivered columns do they read, do they bind?"""

import difflib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

import duckdb

from orchestration.ingestion.store import literal, quoted

# Functions that cannot raise on text; an expression of these alone needs no guard against run-time errors.
SAFE_FUNCTIONS = {
    *("trim", "ltrim", "rtrim", "lower", "upper", "concat", "concat_ws", "||", "replace", "left", "right", "substr"),
    *("substring", "starts_with", "ends_with", "prefix", "suffix", "contains", "split_part", "length", "strip_accents"),
    *("try_strptime", "reverse", "~~", "~~*", "!~~", "!~~*"),
}


class ExpressionError(Exception):
    """An expression is not one scalar SQL expression over the delivered columns."""


@dataclass(frozen=True)
class Expression:
    """A checked expression: its text, the columns it reads, whether it can fail at run time.

    `bare` is the column's name when the expression is nothing else.
    """

    sql: str
    columns: frozenset[str]
    can_fail: bool
    bare: str | None = None


def _walk(node: object) -> Iterable[dict]:
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _walk(child)


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """An empty in-memory database that only parses and binds."""
    return duckdb.connect()


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Check the syntax of one expression. ExpressionError says what is wrong and where in the text."""
    probe = f"select (\n{text}\n)"
    tree = json.loads(_engine().cursor().execute("select json_serialize_sql(?)", [probe]).fetchone()[0])
    if tree["error"]:
        where = f" at character {int(tree['position']) - len('select (')}" if tree.get("position") else ""
        hint = _spelled(text) if re.fullmatch(r"[\w .,#&%/()-]+", text) else ""
        raise ExpressionError(f"not a valid SQL expression: {tree['error_message']}{where}{hint}")
    node = tree["statements"][0]["node"]
    clauses = [node.get(k) for k in ("where_clause", "having", "qualify", "sample")] + node.get("modifiers", [])
    if len(tree["statements"]) != 1 or node["type"] != "SELECT_NODE" or node["from_table"]["type"] != "EMPTY":
        raise ExpressionError("must be one expression, not a query")
    if len(node["select_list"]) != 1 or any(clauses) or node["group_expressions"]:
        raise ExpressionError("must be one expression; check its commas and brackets")
    columns, lambda_names, can_fail = set(), set(), False
    for part in _walk(node["select_list"]):
        kind = part.get("class")
        if kind in ("SUBQUERY", "WINDOW", "STAR", "PARAMETER"):
            raise ExpressionError(f"{kind.lower()} is not allowed; an expression sees one record at a time")
        if kind == "COLUMN_REF":
            columns.add(part["column_names"][-1])
        elif kind == "LAMBDA":
            lambda_names |= {n["column_names"][-1] for n in _walk(part["lhs"]) if n.get("class") == "COLUMN_REF"}
            can_fail = True
        elif kind == "FUNCTION":
            can_fail |= part["function_name"].lower() not in SAFE_FUNCTIONS
        elif kind == "CAST":
            can_fail |= not part.get("try_cast")
    top = node["select_list"][0]
    bare = top["column_names"][0] if top["class"] == "COLUMN_REF" and len(top["column_names"]) == 1 else None
    return Expression(text, frozenset(columns - lambda_names), can_fail, bare)


def bind(text: str, columns: Iterable[str]) -> None:
    """Check an expression against the delivered columns, all of them text; ExpressionError lists them."""
    _bind(text, tuple(columns))


@lru_cache(maxsize=4096)  # a feed's files mostly have the same columns
def _bind(text: str, columns: tuple[str, ...]) -> None:
    source = ", ".join(f"null::varchar as {quoted(c)}" for c in columns) or "null as _none"
    probe = f"select _row, (\n{text}\n)::varchar from (select 0 as _row, {source}) limit 0"
    try:
        _engine().cursor().execute(probe).fetchall()
    except duckdb.Error as error:
        raise ExpressionError(_explain(text, columns, error)) from None


def _spelled(name: str) -> str:
    return f"; for a column of this name write '\"{name}\"' with both quotes"


def _explain(text: str, columns: tuple[str, ...], error: duckdb.Error) -> str:
    known = {c.casefold() for c in columns}
    if text.casefold() in known:
        return f"this is read as a formula{_spelled(text)}"
    unknown = sorted(c for c in parse(text).columns if c.casefold() not in known)
    if not unknown:
        return str(error).split("\n")[0]
    listed = ", ".join(repr(c) for c in columns[:60]) + (" …" if len(columns) > 60 else "")
    return f"no column {unknown[0]!r} was delivered{closest(unknown[0], columns)}; delivered columns: {listed}"


def closest(name: str, names: Iterable[str]) -> str:
    """`; did you mean 'x'?` where one of `names` is near `name`, or several go on where it ends, else nothing."""
    folded = {n.casefold(): n for n in names}
    longer = sorted(n for n in folded if n.startswith(f"{name.casefold()}_"))[:3]
    near = longer if len(longer) > 1 else difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return f"; did you mean {' or '.join(repr(folded[n]) for n in near)}?" if near else ""


def guarded(expression: Expression, null_mark: str) -> str:
    """SQL of the expression as text in which a run-time error gives NULL and a NULL gives `null_mark`."""
    return f"try(coalesce((\n{expression.sql}\n)::varchar, {literal(null_mark)}))"
