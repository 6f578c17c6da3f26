"""One server per session; a database of its own and a small released warehouse per test."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from orchestration.ingestion.store import quoted
from orchestration.serving.push import Pushed, push
from orchestration.settings import Settings
from tests.postgres import running
from tests.release.small import Small


@dataclass
class Server:
    """A database; queries as its owner or as a role."""

    url: str

    def connect(self, role: str | None = None) -> psycopg.Connection:
        con = psycopg.connect(self.url, autocommit=True)
        if role:
            con.execute(f"set role {quoted(role)}")
        return con

    def query(self, sql: str, role: str | None = None) -> list[tuple]:
        with self.connect(role) as con:
            cursor = con.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def storages(self) -> list[str]:
        """Schemas that hold releases, oldest first."""
        found = self.query("select nspname::text from pg_namespace where nspname like 'acrm_r%' order by 1")
        return [name for (name,) in found]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with running() as url:
        yield url.replace("postgresql+psycopg://", "postgresql://")


@contextmanager
def database(postgres: str) -> Iterator[Server]:
    """An empty database, and CRM_POSTGRES_URL set to it."""
    name = f"t{secrets.token_hex(4)}"
    server = Server(postgres.rsplit("/", 1)[0] + f"/{name}")
    with psycopg.connect(postgres, autocommit=True) as con, pytest.MonkeyPatch.context() as patch:
        con.execute(f"create database {name}")
        patch.setenv("CRM_POSTGRES_URL", server.url)
        yield server
        con.execute(f"drop database {name} with (force)")


@pytest.fixture
def server(postgres: str) -> Iterator[Server]:
    with database(postgres) as made:
        yield made


@pytest.fixture(scope="session")
def served(postgres: str, released: Settings) -> Iterator[tuple[Server, Pushed]]:
    """The demo company in a database that no test changes."""
    with database(postgres) as made:
        done = push(released)
        yield made, done


@pytest.fixture
def small(tmp_path: Path) -> Small:
    """Release 1 of a small warehouse, with stores and a vocabulary."""
    made = Small(tmp_path / "home").build(1, orders=200)
    made.change(
        "alter table core.fct_orders add column store_id varchar",
        "update core.fct_orders set store_id = 'store-' || (hash(order_id) % 3)",
    )
    made.publish()
    return made


@pytest.fixture
def edit(small: Small) -> Callable[[int], str]:
    """Publish the next edition of the small warehouse (as a file); its release id."""

    def edition(number: int) -> str:
        return small.edit(number).publish().release_id

    return edition
