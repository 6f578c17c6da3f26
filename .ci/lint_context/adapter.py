"""What dbt gives to macros, for linting without dbt: a dispatched macro is DuckDB's or the default."""

from collections.abc import Callable
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context


@pass_context
def dispatch(context: Context, name: str, _package: str) -> Callable[..., Any]:
    return context.get(f"duckdb__{name}") or context[f"default__{name}"]
