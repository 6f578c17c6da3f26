"""Types of DuckDB in PostgreSQL, and values as COPY reads them in CSV. Nothing is rounded on the way."""

import re

from orchestration.ingestion.store import quoted
from orchestration.serving.server import ServingError

# TIMESTAMP_NS is not here: PostgreSQL keeps microseconds, and a cut value is another value.
_SAME = {
    "BOOLEAN": "boolean",
    "TINYINT": "smallint",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "UTINYINT": "smallint",
    "USMALLINT": "integer",
    "UINTEGER": "bigint",
    "UBIGINT": "numeric(20,0)",
    "HUGEINT": "numeric(39,0)",
    "UHUGEINT": "numeric(39,0)",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "VARCHAR": "text",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP_S": "timestamp",
    "TIMESTAMP_MS": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "UUID": "uuid",
    "INTERVAL": "interval",
    "JSON": "json",  # not jsonb, which orders keys anew and forgets repeated ones
    "BLOB": "bytea",
}
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")
_NESTED = re.compile(r".*\[\d*\]|STRUCT\(.*|MAP\(.*|UNION\(.*", re.DOTALL)


def postgres_type(table: str, column: str, duckdb_type: str) -> str:
    """PostgreSQL's type for a column; ServingError for one that would lose something."""
    if found := _SAME.get(duckdb_type):
        return found
    if match := _DECIMAL.fullmatch(duckdb_type):
        return f"numeric({match[1]},{match[2]})"
    if _NESTED.fullmatch(duckdb_type):
        return "json"
    if duckdb_type.startswith("ENUM("):
        return "text"
    raise ServingError(f"{table}.{column}: type {duckdb_type} has no counterpart in PostgreSQL; cast it in the model.")


def copied(column: str, duckdb_type: str) -> str:
    """The select expression whose text in CSV is read back by COPY as the same value."""
    name = quoted(column)
    if duckdb_type == "BLOB":
        return rf"'\x' || hex({name})"
    if duckdb_type in ("DOUBLE", "FLOAT"):
        return f"{name} + 0"  # minus zero becomes zero: a file's compression takes one for the other
    if _NESTED.fullmatch(duckdb_type):
        return f"to_json({name})"
    if duckdb_type == "DATE" or duckdb_type.startswith("TIMESTAMP"):
        return f"replace({name}::varchar, ' (BC)', ' BC')"
    return name
