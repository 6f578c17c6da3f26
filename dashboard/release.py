"""The serving release as pages see it: opened once, asked through a cache that belongs to its id.

A switch to a new release is seen at the next click: the key of the open connection is the identity of the file.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb
import pandas as pd
import streamlit as st

from orchestration.release.connect import connect
from orchestration.release.model import ReleaseError
from orchestration.settings import Settings

CACHED_ANSWERS = 600
CACHED_RELEASES = 2


class OldRelease(Exception):
    """The release lacks a table or column that a page asks for; the message is DuckDB's."""


@dataclass(frozen=True)
class Release:
    """An open release. `tables` are its names as schema.table."""

    release_id: str
    as_of: date
    built_at: datetime
    tables: frozenset[str]
    con: duckdb.DuckDBPyConnection

    def ask(self, sql: str, **given: Any) -> pd.DataFrame:
        """The rows of a query with $named parameters; OldRelease when the release does not have what it asks for."""
        return _ask(self.release_id, sql, tuple(sorted(given.items())), self.con)

    def has(self, table: str) -> bool:
        """Whether the release has a table, such as marts.insights."""
        return table in self.tables


def serving(settings: Settings) -> Release:
    """The release that serves now. ReleaseError when there is none that can be read."""
    try:
        seen = settings.current_release.stat()
    except FileNotFoundError:
        raise ReleaseError(f"There is no release in {settings.releases} yet; `acrm run` makes it.") from None
    return _open(settings, (seen.st_ino, seen.st_size, seen.st_mtime_ns))


@st.cache_resource(max_entries=CACHED_RELEASES, show_spinner=False)
def _open(settings: Settings, identity: tuple[int, int, int]) -> Release:
    try:
        con = connect(settings)
        ((release_id, as_of, built_at),) = con.execute("select release_id, as_of, built_at from ops.release").fetchall()
        tables = con.execute("select table_schema || '.' || table_name from information_schema.tables").fetchall()
    except duckdb.Error as error:
        raise ReleaseError(
            f"The release in {settings.releases} cannot be read ({str(error).splitlines()[0]})."
        ) from None
    return Release(release_id, as_of, built_at, frozenset(name for (name,) in tables), con)


@st.cache_data(max_entries=CACHED_ANSWERS, show_spinner=False)
def _ask(
    release_id: str, sql: str, given: tuple[tuple[str, Any], ...], _con: duckdb.DuckDBPyConnection
) -> pd.DataFrame:
    """Cached by release, query and parameters. Sessions share the connection, so each question has its own cursor."""
    try:
        with _con.cursor() as cursor:
            return cursor.execute(sql, dict(given)).df()
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise OldRelease(str(error).splitlines()[0]) from None
