"""Loading deliveries again from landing, when the database lost or changed what the ledger proves was there."""

from contextlib import suppress
from datetime import UTC, date, datetime

import duckdb

from orchestration.ingestion import ledger
from orchestration.ingestion.accounting import Delivery, DeliveryResult, save_state, withdraw
from orchestration.ingestion.feeds import load_feeds
from orchestration.ingestion.ingest import load
from orchestration.ingestion.landing import Landed
from orchestration.ingestion.lock import writer_lock
from orchestration.ingestion.model import Feed
from orchestration.ingestion.plan import Lineage
from orchestration.ingestion.replacing import supersede
from orchestration.ingestion.store import connect
from orchestration.ingestion.verify import COUNTS, Problem, standing, verify
from orchestration.settings import Settings


class RepairError(Exception):
    """The warehouse cannot be repaired from what is on disk; the message says what is missing."""


def landed_of(entry: dict) -> Landed:
    """The landed file that a ledger entry names."""
    version = date.fromisoformat(entry["version"]) if entry["version"] else None
    mtime = datetime.fromisoformat(entry["source_mtime"])
    return Landed(entry["landed_path"], entry["file_name"], entry["sha256"], entry["bytes"], mtime, version)


def delivery_of(entry: dict, feed: Feed) -> Delivery:
    """The delivery of a ledger entry, with the times it was first loaded with."""
    landed_at, version_at = (datetime.fromisoformat(entry[k]) for k in ("landed_at", "version_at"))
    lineage = Lineage(entry["delivery_id"], entry["file_name"], landed_at, landed_at, version_at)
    return Delivery(entry["delivery_id"], feed, landed_of(entry), lineage, entry["seq"], entry["state"])


def repair(settings: Settings) -> list[Problem]:
    """Load again every delivery that `verify` finds damaged; returns what is still wrong.

    A database that cannot be opened is set aside as work.duckdb.damaged-<time> and rebuilt. Raises RepairError when
    the ledger itself is damaged or a landed file is not what was delivered: nothing then is changed.
    """
    with writer_lock(settings):
        problems = verify(settings)
        unusable = [p for p in problems if p.kind == "landing"]
        entries, broken = ledger.read(settings)
        if broken or unusable:
            lines = [*broken, *map(str, unusable)]
            raise RepairError("Restore these from a backup first:\n" + "\n".join(lines))
        if not [p for p in problems if p.kind != "engine"]:
            return problems
        if any(p.kind == "database" for p in problems):
            _set_aside(settings)
        con = connect(settings)
        try:
            with suppress(ledger.LedgerError):  # a line that a crash kept from the file is no damage
                ledger.sync(con, settings)
                entries, _ = ledger.read(settings)
            _repair(con, settings, entries, problems)
        finally:
            con.close()
        return verify(settings)


def _set_aside(settings: Settings) -> None:
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
    for suffix in ("", ".wal"):
        path = settings.work_db.with_name(settings.work_db.name + suffix)
        if path.exists():
            path.rename(path.with_name(f"{settings.work_db.name}.damaged-{stamp}{suffix}"))


def _repair(con: duckdb.DuckDBPyConnection, settings: Settings, entries: list[dict], problems: list[Problem]) -> None:
    """Reload damaged deliveries, then put the lines of the ledger back into its mirror."""
    feeds = {feed.feed: feed for feed in load_feeds(settings.feeds)}
    present = {i for (i,) in con.execute("select distinct delivery_id from ops.deliveries").fetchall()}
    latest = standing(entries)
    damaged = {p.delivery_id for p in problems if p.delivery_id} | (set(latest) - present)
    for stranger in damaged - set(latest):
        _forget(con, stranger)
    changed: list[Delivery] = []
    for identity in [i for i in latest if i in damaged]:
        entry = latest[identity]
        if entry["feed"] not in feeds:
            raise RepairError(f"feed {entry['feed']} is not in {settings.feeds}; bring its file back and repair again")
        delivery = delivery_of(entry, feeds[entry["feed"]])
        _forget(con, identity)
        result = load(con, delivery, settings, journal=False)
        if entry.get("superseded_by"):
            con.begin()
            supersede(con, [identity], entry["superseded_by"])
            con.commit()
        elif not _same(result, entry):
            changed.append(delivery)
    _mirror(con, entries)
    for delivery in changed:  # a feed was edited since: the ledger gets a new last word
        _forget(con, delivery.id)
        load(con, delivery, settings, event="repair")
    for entry in entries:
        if entry["state"] is not None:
            save_state(con, entry["feed"], entry["state"])


def _forget(con: duckdb.DuckDBPyConnection, identity: str) -> None:
    con.begin()
    withdraw(con, identity, everywhere=True)
    con.execute("delete from ops.deliveries where delivery_id = ?", [identity]).fetchall()
    con.commit()


def _same(result: DeliveryResult, entry: dict) -> bool:
    found = {s: tuple(getattr(c, k) for k in COUNTS) for s, c in result.streams.items()}
    return found == {s: tuple(c[k] for k in COUNTS) for s, c in entry["streams"].items()}


def _mirror(con: duckdb.DuckDBPyConnection, entries: list[dict]) -> None:
    con.begin()
    con.execute("delete from ops.ledger").fetchall()
    con.executemany("insert into ops.ledger values (?, ?)", [(e["n"], ledger.text_of(e)) for e in entries])
    con.commit()
