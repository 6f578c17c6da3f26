"""The content hash: one number for the rows of a release, whatever their order, threads, file or delivery history.

Rows are hashed by DuckDB's `hash`, summed and xor-ed per table (both do not depend on order, the sum counts
duplicates), then put through SHA-256 together with table names, column names and types. DuckDB may change `hash`
between versions, so hashes compare only between releases of one version; SHA-256 of the file guards the bytes.
"""

import hashlib
from dataclasses import dataclass

import duckdb

from orchestration.contract import LINEAGE
from orchestration.ingestion.store import quoted
from orchestration.release.model import TableInfo

ALGORITHM = "1"
PUBLIC_SCHEMAS = ("core", "marts", "scores")
RELEASED_SCHEMAS = (*PUBLIC_SCHEMAS, "ops")

# Where, when and in which cut a row came in says nothing about the customer; the same rows delivered in other
# files must hash alike.
NOT_CONTENT = {"release_id", "landed_at", "loaded_at", "built_at", "measured_at", "source_mtime"} | (
    set(LINEAGE) - {"_system", "_zone", "_extra"}
)


# How often a row was delivered changes with every repeated delivery; the release's content does not.
ACCOUNTING = {"marts.row_accounting"}
INTERNAL = "int_"  # models between staging and the public tables


@dataclass(frozen=True)
class Table:
    """A table or view of a database: schema, name and columns with their types, in order."""

    schema: str
    name: str
    columns: tuple[tuple[str, str], ...]

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}"

    def within(self, database: str) -> str:
        """The quoted name of the table in an attached database."""
        return ".".join(quoted(part) for part in (database, self.schema, self.name))


def tables_of(con: duckdb.DuckDBPyConnection, database: str, schemas: tuple[str, ...]) -> list[Table]:
    """Tables and views of the named schemas of an attached database, in order of name; internal ones are left out."""
    rows = con.execute(
        """
        select schema_name, table_name, column_name, data_type
        from duckdb_columns()
        where database_name = ? and schema_name in (select unnest(?)) and not internal
        order by schema_name, table_name, column_index
        """,
        [database, list(schemas)],
    ).fetchall()
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for schema, table, column, data_type in rows:
        if not table.startswith(INTERNAL):
            found.setdefault((schema, table), []).append((column, data_type))
    return [Table(schema, name, tuple(columns)) for (schema, name), columns in found.items()]


def hash_table(con: duckdb.DuckDBPyConnection, database: str, table: Table) -> TableInfo:
    """Rows and order-independent hash of one table; columns of NOT_CONTENT are left out."""
    columns = [(name, data_type) for name, data_type in table.columns if name not in NOT_CONTENT]
    row_hash = f"hash({', '.join(quoted(name) for name, _ in columns)})" if columns else "0::ubigint"
    source = table.within(database)
    rows, total, mixed = con.execute(
        f"select count(*), coalesce(sum({row_hash}::hugeint), 0), coalesce(bit_xor({row_hash}), 0) from {source}"
    ).fetchall()[0]
    schema = ",".join(f"{name} {data_type}" for name, data_type in columns)
    digest = hashlib.sha256(f"{table.full_name}({schema}):{rows}:{total}:{mixed}".encode()).hexdigest()
    return TableInfo(rows=rows, content_hash=digest)


def combine(tables: dict[str, TableInfo]) -> str:
    """The content hash of a release: over its public tables (core, marts, scores)."""
    digest = hashlib.sha256(f"algorithm {ALGORITHM}".encode())
    for name in sorted(tables):
        if name.split(".")[0] in PUBLIC_SCHEMAS and name not in ACCOUNTING:
            digest.update(f"\n{name} {tables[name].content_hash}".encode())
    return digest.hexdigest()
