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
from orchestration.release.model import list_releases, release_path
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
    rows = []
    for o in decided:
        b = (o.b.stream, o.b.system, o.b.ref) if o.b else (None, None, None)
        texts = (o.action, o.a.stream, o.a.system, o.a.ref, *b, o.decided_by, o.decided_on.isoformat(), o.reason, None)
        rows.append(f"({o.line_no}, {', '.join(map(literal, texts))})")
    if rows:  # as literals: a parameter makes DuckDB import pandas, which takes longer than a whole preview
        con.execute(f"insert into ops.identity_overrides values {', '.join(rows)}").fetchall()


def restore(con: duckdb.DuckDBPyConnection, settings: Settings) -> str | None:
    """Fill the carried tables from the newest intact release unless they already are; its id."""
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


def foresee(con: duckdb.DuckDBPyConnection, settings: Settings, work: str) -> None:
    """Views in `ops` over what the next run would restore, from work.duckdb attached as `work` or from the release.

    No SHA-256 of the release is taken: that needs longer than all the rest, and nothing here is kept.
    """
    newest = next(reversed(list_releases(settings)), None)
    known = con.execute(f"select release_id from {work}.ops.identity_restored").fetchall()
    if newest is None or known == [(newest.release_id,)]:
        queries = {name: f"from {work}.ops.{name}" for name in SOURCES}
    else:
        con.execute(f"attach {literal(str(release_path(settings, newest.release_id)))} as before (read_only)")
        queries = _carried(con)
    for name, columns in IDENTITY_TABLES.items():
        made = f"view ops.{name} as {queries[name]}" if name in queries else f"table ops.{name} ({columns})"
        con.execute(f"create {made}")


def _fill(con: duckdb.DuckDBPyConnection, attach: str) -> None:
    for name in CARRIED:
        con.execute(f"delete from ops.{name}").fetchall()
    con.execute(attach)
    for name, query in _carried(con).items():
        con.execute(f"insert into ops.{name} ({', '.join(columns_of(name))}) {query}").fetchall()


def _carried(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Per carried table its rows in the release attached as `before`, as far as that release has them."""
    there = {
        name
        for (name,) in con.execute(
            "select table_name from duckdb_tables() where database_name = 'before' and schema_name = 'marts'"
        ).fetchall()
    }
    return {
        name: f"select {', '.join(columns_of(name))} from before.marts.{source}"
        + (" where customer_id is not null" if name == "identity_members" else "")
        for name, source in SOURCES.items()
        if source in there
    }


def columns_of(name: str) -> list[str]:
    """Column names of one of the tables of identity."""
    return [part.split()[0] for part in IDENTITY_TABLES[name].split(",")]
