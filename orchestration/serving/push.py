"""Push: a release from its DuckDB file into PostgreSQL, loaded aside and switched to, for many uses (S006).

Whatever happens on the way, the release that served before serves on: loading is one transaction, switching another.
The next push sweeps what is no longer served and takes up what is loaded.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from orchestration.ingestion.killpoints import reach
from orchestration.ingestion.store import quoted
from orchestration.release import content, files
from orchestration.release.copy import attach
from orchestration.release.model import ReleaseError, ReleaseInfo, release_path
from orchestration.release.verify import find_release, is_intact
from orchestration.serving import server
from orchestration.serving.load import DATABASE, load
from orchestration.serving.server import ServerBusy
from orchestration.serving.switch import prepare, switch
from orchestration.serving.views import Source
from orchestration.settings import Settings
from orchestration.spill import spill

if TYPE_CHECKING:
    import psycopg

WAIT_S = 60.0
_STORAGE = re.compile(r"acrm_r\d{6,}_[0-9a-f]{8}_[0-9a-f]{8}")
_PUSHING = 0x6163726D  # advisory lock: one push per database


@dataclass(frozen=True)
class Pushed:
    """What a push did. `rows` counts what was loaded: 0 when PostgreSQL had the release already."""

    release_id: str
    storage: str
    tables: int
    rows: int
    load_s: float
    locked_s: float
    dropped: tuple[str, ...]


def push(
    settings: Settings, release_id: str | None = None, wait_s: float = WAIT_S, say: Callable[[str], None] | None = None
) -> Pushed:
    """Serve a release (default: the one that serves as a file) from the PostgreSQL of CRM_POSTGRES_URL.

    Raises ServingError (server, rights, names), ServerBusy (readers or another push), ReleaseError (no such release).
    """
    tell = say or (lambda message: None)
    url = server.address()
    info = _chosen(settings, release_id)
    storage = f"acrm_{info.release_id.replace('-', '_')}_{info.sha256[:8]}"
    with _release(settings, info) as release, server.connected(url) as con, _alone(con):
        sources = [
            Source(table.schema, table.name, table.columns, storage)
            for table in content.tables_of(release, DATABASE, content.RELEASED_SCHEMAS)
        ]
        prepare(con)
        for name in _sweep(con, keep={storage}):
            tell(f"dropped {name}, left over")
        rows, start = 0, time.monotonic()
        if not con.execute("select 1 from pg_namespace where nspname = %s", [storage]).fetchall():
            with con.transaction():
                rows = load(con, release, sources)
                reach("serving.before_load_commit")
            tell(f"loaded {rows:,} rows into {storage}")
        loaded = time.monotonic()
        reach("serving.before_switch")
        locked = switch(con, sources, info.release_id, wait_s)
        reach("serving.after_switch")
        dropped = _sweep(con, keep={storage})
    return Pushed(info.release_id, storage, len(sources), rows, loaded - start, locked, tuple(dropped))


def _chosen(settings: Settings, release_id: str | None) -> ReleaseInfo:
    wanted = release_id or files.current_id(settings)
    if wanted is None:
        raise ReleaseError(f"No release in {settings.releases} serves; run `acrm run`, or see `acrm release verify`.")
    info = find_release(settings, wanted)
    if not is_intact(settings, info):
        raise ReleaseError(f"{wanted} is damaged and is not pushed; `acrm release verify` says more.")
    return info


@contextmanager
def _release(settings: Settings, info: ReleaseInfo) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config=settings.engine | spill()) as con:
        con.execute("set timezone = 'UTC'")
        attach(con, release_path(settings, info.release_id), DATABASE)
        yield con


@contextmanager
def _alone(con: "psycopg.Connection") -> Iterator[None]:
    """The right to push; it ends with the connection, however that ends."""
    if not con.execute("select pg_try_advisory_lock(%s)", [_PUSHING]).fetchall()[0][0]:
        raise ServerBusy("Another push into this database is running; wait for it to end.")
    yield


def _sweep(con: "psycopg.Connection", keep: set[str]) -> list[str]:
    """Drop storage of releases but the serving one, the one before it and `keep`; what somebody reads stays for later.

    The names dropped.
    """
    import psycopg

    kept = keep | {name for row in con.execute("select storage, previous from acrm.serving").fetchall() for name in row}
    dropped = []
    for (name,) in con.execute("select nspname::text from pg_namespace order by 1").fetchall():
        if not _STORAGE.fullmatch(name) or name in kept:
            continue
        try:
            with con.transaction():
                con.execute("set local lock_timeout = 400")
                con.execute(f"drop schema {quoted(name)} cascade")
        except psycopg.errors.LockNotAvailable:
            continue
        dropped.append(name)
    return dropped
