"""What tests of the demo company share."""

from pathlib import Path

import duckdb


def query(home: Path, sql: str) -> list[tuple]:
    """Rows of a query in which `truth/` and `demo/` stand for the folders of a company."""
    for folder in ("truth", "demo"):
        sql = sql.replace(f"'{folder}/", f"'{home}/{folder}/")
    with duckdb.connect() as con:
        return con.execute(sql).fetchall()
