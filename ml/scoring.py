"""Scores: tables of schema `scores` that Python computes from the built models, after dbt and before the audit.

A scorer is a module with `score(con, as_of)` that replaces its own tables; it reads core and marts and nothing after
`as_of`. It is skipped where what it reads was not built.
"""

from datetime import date
from importlib import import_module

import duckdb

# Module -> relations it reads.
SCORERS: dict[str, tuple[str, ...]] = {
    "ml.drivers": ("core.fct_surveys",),
}


def score_all(con: duckdb.DuckDBPyConnection, as_of: date) -> list[str]:
    """Runs every scorer whose inputs exist, in order; names of those that ran."""
    tables = con.execute("select table_schema, table_name from information_schema.tables").fetchall()
    present = {f"{schema}.{table}" for schema, table in tables}
    wanted = [name for name, reads in SCORERS.items() if present.issuperset(reads)]
    if wanted:
        con.execute("create schema if not exists scores")
    for name in wanted:
        import_module(name).score(con, as_of)
    return wanted
