"""What identity knows from before, put into work.duckdb before dbt runs.

The registry of ids, the log of decisions and the members of every person come from the newest intact release: it is
sealed by SHA-256, survives the loss of work.duckdb, and is the one place where an id becomes known to readers. A run
that released nothing therefore leaves no trace in the ids, and a rolled-back release still keeps the ids it founded.
"""

from collections.abc import Iterable

import duckdb

from orchestration.identity import overrides
from orchestration.identity.normalise import read_names
from orchestration.identity.tables import CARRIED, IDENTITY_TABLES
from orchestration.ingestion.store import literal
from orchestration.settings import Settings

# The table in a release that each carried table is filled from.
SOURCES = {
    "identity_anchors": "customer_id_registry",
    "identity_decided": "customer_id_decisions",
    "identity_members": "bridge_customer_identities",
}


def prepare(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Load overrides and carried state, read new names. Raises OverrideError for a line that cannot be obeyed."""
    decided = overrides.read(settings.identity_overrides)
    con.begin()
    load_overrides(con, decided)
    restore(con, settings)
    read_names(con)
    con.commit()


def load_overrides(con: duckdb.DuckDBPyConnection, decided: Iterable[overrides.Override]) -> None:
    """Replace ops.identity_overrides."""
    con.execute("delete from ops.identity_overrides").fetchall()
    rows = [
        (o.line_no, o.action, o.a.stream, o.a.system, o.a.ref)
        + ((o.b.stream, o.b.system, o.b.ref) if o.b else (None, None, None))
        + (o.decided_by, o.decided_on, o.reason, None)
        for o in decided
    ]
    if rows:
        con.executemany(f"insert into ops.identity_overrides values ({', '.join('?' * len(rows[0]))})", rows)


def restore(con: duckdb.DuckDBPyConnection, settings: Settings) -> str | None:
    """Fill the carried tables from the newest intact release unless they already are; its id."""
    from orchestration.release.model import list_releases, release_path
    from orchestration.release.verify import is_intact

    known = [i for (i,) in con.execute("select release_id from ops.identity_restored").fetchall()]
    for info in reversed(list_releases(settings)):
        if known == [info.release_id]:
            return info.release_id
        if not is_intact(settings, info):
            continue
        _fill(con, f"attach {literal(str(release_path(settings, info.release_id)))} as before (read_only)")
        con.execute("insert into ops.identity_restored values (?)", [info.release_id]).fetchall()
        return info.release_id
    return None  # no release at all: what work.duckdb carries, if anything, is the best there is


def _fill(con: duckdb.DuckDBPyConnection, attach: str) -> None:
    for name in CARRIED:
        con.execute(f"delete from ops.{name}").fetchall()
    con.execute(attach)
    there = {
        name
        for (name,) in con.execute(
            "select table_name from duckdb_tables() where database_name = 'before' and schema_name = 'marts'"
        ).fetchall()
    }
    for name, source in SOURCES.items():
        if source in there:
            columns = ", ".join(columns_of(name))
            known = "where customer_id is not null" if name == "identity_members" else ""
            query = f"select {columns} from before.marts.{source} {known}"
            con.execute(f"insert into ops.{name} ({columns}) {query}").fetchall()


def columns_of(name: str) -> list[str]:
    """Column names of one of the tables of identity."""
    return [part.split()[0] for part in IDENTITY_TABLES[name].split(",")]
