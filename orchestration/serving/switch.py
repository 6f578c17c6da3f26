"""The switch: every view from one release to the next in one transaction, between the transactions of readers.

Views keep their names and, where columns allow, themselves, so that views which people built on them live on. All
of them are locked before the first is changed: a reader's transaction that has read one view sees the same release in
all others until it ends, and a query that names several never meets two releases. The wait for readers is kept
shorter than `deadlock_timeout`, so that in a circle of waiting it is the switch that gives way, never a reader.
"""

import time
from typing import TYPE_CHECKING

from orchestration.ingestion.killpoints import reach
from orchestration.ingestion.store import literal, quoted
from orchestration.serving import views
from orchestration.serving.described import rules
from orchestration.serving.server import ServerBusy, ServingError
from orchestration.serving.views import Source

if TYPE_CHECKING:
    import psycopg

_LOCK_MS, _ALL_LOCKS_MS = 400, 800  # for one view, for all of them; PostgreSQL looks for deadlocks after 1,000
_PAUSE_S = 0.5

ADMIN = f"""
create schema if not exists acrm;
create table if not exists acrm.serving (storage text not null, previous text, release_id text not null,
    switched_at timestamptz not null default now());
create unique index if not exists serving_is_one_row on acrm.serving ((true));
create table if not exists acrm.views (schema_name text, view_name text, primary key (schema_name, view_name));
create table if not exists {views.STORES} (member name, store_id text, primary key (member, store_id));
"""


def prepare(con: "psycopg.Connection") -> None:
    """The engine's own tables, and roles that are missing."""
    con.execute(ADMIN)
    known = {name for (name,) in con.execute("select rolname from pg_roles").fetchall()}
    for role in rules()["roles"].keys() - known:
        import psycopg

        try:
            con.execute(f"create role {quoted(role)} nologin")
        except psycopg.errors.InsufficientPrivilege:
            raise ServingError(
                f"Role {role} is missing and this user may not create it; have an administrator run: "
                f"create role {quoted(role)} nologin"
            ) from None


def switch(con: "psycopg.Connection", sources: list[Source], release_id: str, wait_s: float) -> float:
    """Serve these tables; seconds that the locks were held. Tries until `wait_s` have passed, then ServerBusy."""
    import psycopg

    existing = _ours(con, sources)
    change = "; ".join(_statements(sources, existing, release_id))  # before readers have to wait
    deadline = time.monotonic() + wait_s
    while True:
        try:
            with con.transaction():
                _lock(con, existing)
                start = time.monotonic()
                con.execute(change)
                reach("serving.before_commit")
            return time.monotonic() - start
        except (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled, psycopg.errors.DeadlockDetected):
            if time.monotonic() > deadline:
                raise ServerBusy(
                    f"Readers held views of the old release for {wait_s:.0f} s: long queries, or sessions left in a "
                    "transaction (pg_stat_activity shows them). The old release serves; the new one is loaded, and "
                    "`acrm release push` only has to switch."
                ) from None
            time.sleep(_PAUSE_S)
        except psycopg.errors.DependentObjectsStillExist as error:
            raise ServingError(
                "This release changes columns that somebody's own view reads, and the old release serves on: "
                f"{error.diag.message_primary}. {error.diag.message_detail or ''} Drop that view and push again."
            ) from None


def _lock(con: "psycopg.Connection", existing: dict[tuple[str, str], list[tuple[str, str]]]) -> None:
    con.execute(f"set local lock_timeout = {_LOCK_MS}; set local statement_timeout = {_ALL_LOCKS_MS}")
    if existing:
        con.execute(f"lock table {', '.join(map(_name, sorted(existing)))} in access exclusive mode")
    con.execute("set local statement_timeout = 0")


def _statements(sources: list[Source], existing: dict, release_id: str) -> list[str]:
    """Everything the switch does, as statements."""
    wanted = {(source.schema, source.name): source for source in sources}
    roles = ", ".join(quoted(role) for role in rules()["roles"])
    made = []
    for schema in sorted({source.schema for source in sources}):
        made += [f"create schema if not exists {quoted(schema)}", f"grant usage on schema {quoted(schema)} to {roles}"]
    for key, columns in sorted(existing.items()):
        new = list(wanted[key].types.items()) if key in wanted else []
        if not columns or new[: len(columns)] != columns:  # what `create or replace` cannot do
            made.append(f"drop view {_name(key)}")
    for source in sources:
        made += [views.create(source), *views.grants(source)]
    listed = ", ".join(f"({literal(schema)}, {literal(name)})" for schema, name in wanted)
    storage = literal(sources[0].storage)
    return [
        *made,
        "delete from acrm.views",
        f"insert into acrm.views values {listed}",
        "create temp table was on commit drop as select * from acrm.serving",
        "delete from acrm.serving",
        f"insert into acrm.serving select {storage}, (select case when storage = {storage} then previous "
        f"else storage end from was), {literal(release_id)}",
    ]


def _ours(con: "psycopg.Connection", sources: list[Source]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Views made by an earlier push, with columns and types; ServingError where a name is taken by something else."""
    listed = set(con.execute("select schema_name, view_name from acrm.views").fetchall())
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for schema, name, column, kind in con.execute(
        """
        select n.nspname::text, c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod)
        from pg_class as c
        join pg_namespace as n on n.oid = c.relnamespace
        left join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where n.nspname = any(%s) and c.relkind in ('r', 'v', 'm', 'p', 'f')
        order by n.nspname, c.relname, a.attnum
        """,
        [sorted({source.schema for source in sources} | {schema for schema, _ in listed})],
    ).fetchall():
        found.setdefault((schema, name), []).append((column, _plain(kind)))
    for source in sources:
        if (source.schema, source.name) in found.keys() - listed:
            raise ServingError(f"{source.full_name} exists in this database and is not acrm's; use another database.")
    return {key: columns for key, columns in found.items() if key in listed}


def _plain(kind: str) -> str:
    """PostgreSQL's own name of a type as types.py spells it."""
    return {"timestamp without time zone": "timestamp", "timestamp with time zone": "timestamptz"}.get(
        kind, kind.replace("time without time zone", "time")
    )


def _name(key: tuple[str, str]) -> str:
    return ".".join(map(quoted, key))
