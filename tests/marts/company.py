"""The demo company as a built warehouse, with what was planted in it."""

import shutil
from collections.abc import Container, Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from ml.tables import create_missing
from orchestration.demo import generate
from orchestration.ingestion.feeds import load_feeds
from orchestration.ingestion.ingest import ingest_feed
from orchestration.ingestion.store import connect, create_tables
from orchestration.settings import settings
from tests.dbt.project import Dbt

AS_OF = "2026-06-30"


@dataclass
class Company:
    """A warehouse after all models; `home` also has truth/*.parquet."""

    home: Path

    @property
    def database(self) -> Path:
        return self.home / "work.duckdb"

    def query(self, sql: str) -> list[tuple]:
        """All rows; `{truth}` in the query is the folder of the planted truth."""
        with duckdb.connect(str(self.database)) as con:  # as dbt in this process opened it
            con.execute("set timezone = 'UTC'")
            return con.execute(sql.replace("{truth}", str(self.home / "truth"))).fetchall()

    def copy(self, to: Path) -> Path:
        """The database as a file that a test may change; what only the write-ahead log holds is written first."""
        self.query("checkpoint")
        shutil.copyfile(self.database, to)
        return to


def build(
    dbt: Dbt, home: Path, people: int, select: Iterable[str] = ("*",), feeds: Container[str] | None = None
) -> Company:
    """Generates the company's files, ingests them (or the named feeds) and builds models, without data tests."""
    generate(home, people)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_HOME", str(home))
        place = settings()
    con = connect(place)
    create_tables(con)
    create_missing(con)
    for feed in load_feeds(place.feeds):
        if feeds is None or feed.feed in feeds:
            ingest_feed(con, feed, place)
    con.close()
    dbt.run(home / "work.duckdb", *select, as_of=AS_OF)
    return Company(home)
