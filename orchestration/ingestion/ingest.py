"""From a feed to accounted raw rows: find, land, gate, commit, and write the ledger, one delivery at a time."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from pathlib import Path

import duckdb

from orchestration.ingestion import ledger
from orchestration.ingestion.accounting import (
    Delivery,
    DeliveryResult,
    load_state,
    record,
    save_state,
)
from orchestration.ingestion.gate import Counts, Gate, sole_stream
from orchestration.ingestion.killpoints import reach
from orchestration.ingestion.landing import Found, Landed, find, land, sweep
from orchestration.ingestion.model import DeliveryRejected, Feed, FilesSource
from orchestration.ingestion.plan import Lineage
from orchestration.ingestion.prefetch import prefetched
from orchestration.ingestion.replacing import identify, refuse_mass_deletion, replace_older, replaced_by, supersede
from orchestration.settings import Settings

OnEvent = Callable[[dict], None] | None


def pending(feed: Feed, settings: Settings, con: duckdb.DuckDBPyConnection) -> list[Found]:
    """Files of a feed that no run has looked at in their present state; empty for sql and rest."""
    if not isinstance(feed.source, FilesSource):
        return []
    seen = dict(con.execute("select file_name, stat from ops.seen_files where feed = ?", [feed.feed]).fetchall())
    return [found for found in find(feed.source, settings) if seen.get(found.name) != found.stat]


def ingest_feed(
    con: duckdb.DuckDBPyConnection, feed: Feed, settings: Settings, *, on_event: OnEvent = None
) -> list[DeliveryResult]:
    """Take in everything new of one feed; each delivery is one transaction. The caller holds the writer lock.

    Bad records and bad deliveries are results, not errors. Raises LandingError, LedgerError, or what the source raises.
    """
    ledger.sync(con, settings)
    sweep(settings)
    if isinstance(feed.source, FilesSource):
        return [_take(con, feed, found, settings, None, on_event) for found in pending(feed, settings, con)]
    from orchestration.ingestion.sources import extract

    results = []
    for extracted in extract(feed, settings, load_state(con, feed)):
        found = Found(extracted.path, extracted.name, None, "")
        results.append(_take(con, feed, found, settings, extracted.state, on_event))
        extracted.path.unlink(missing_ok=True)
    return results


def _take(
    con: duckdb.DuckDBPyConnection, feed: Feed, found: Found, settings: Settings, state: dict | None, on_event: OnEvent
) -> DeliveryResult:
    started = time.monotonic()
    landed = land(found, settings)
    identity, known = identify(con, feed.feed, landed.sha256)
    _tell(on_event, event="delivery_started", delivery_id=identity, feed=feed.feed, file=found.name, bytes=landed.bytes)
    if known:
        _note_again(con, feed, identity, found.name, settings, lambda: _remember(con, feed, found, identity, state))
        result = DeliveryResult(identity, feed.feed, found.name, "known", {}, None, landed.bytes, 0.0)
    else:
        delivery = announce(con, feed, landed, identity, state)
        result = load(con, delivery, settings, lambda: _remember(con, feed, found, identity, state))
    result = replace(result, seconds=round(time.monotonic() - started, 3))
    rows = sum(c.loaded for c in result.streams.values())
    _tell(
        on_event,
        event="delivery_ended",
        delivery_id=identity,
        feed=feed.feed,
        file=found.name,
        status=result.status,
        reason=result.reason,
        rows=rows,
        bytes=result.bytes,
        seconds=result.seconds,
        streams={name: vars(c) for name, c in result.streams.items()},
    )
    return result


def _tell(on_event: OnEvent, **event: object) -> None:
    if on_event:
        on_event(event)


def _remember(con: duckdb.DuckDBPyConnection, feed: Feed, found: Found, identity: str, state: dict | None) -> None:
    """Note inside the transaction what was looked at, so that the next run neither hashes nor extracts it again."""
    if found.stat:
        con.execute("delete from ops.seen_files where feed = ? and file_name = ?", [feed.feed, found.name]).fetchall()
        row = [feed.feed, found.name, found.stat, identity]
        con.execute("insert into ops.seen_files values (?, ?, ?, ?)", row).fetchall()
    if state is not None:
        save_state(con, feed.feed, state)


def _note_again(
    con: duckdb.DuckDBPyConnection, feed: Feed, identity: str, name: str, settings: Settings, also: Callable[[], None]
) -> None:
    """A delivery that stands has come again, perhaps under a name that brought something else before: that must go."""
    has_rows = con.execute("select sum(loaded) > 0 from ops.deliveries where delivery_id = ?", [identity]).fetchone()[0]
    old = replaced_by(con, feed, name, identity, None) if has_rows else []
    line = None
    con.begin()
    try:
        if old:
            supersede(con, old, identity)
            line = ledger.restate(con, identity, {"event": "again", "supersedes": old})
        also()
        con.commit()
    except BaseException:
        con.rollback()
        raise
    if line:
        ledger.append(settings, line)


def announce(con: duckdb.DuckDBPyConnection, feed: Feed, landed: Landed, identity: str, state: dict | None) -> Delivery:
    """Give a delivery its number and its times. Times never run backwards, even when the clock does."""
    seq = con.execute("select coalesce(max(seq), 0) + 1 from ops.deliveries").fetchone()[0]
    now = _now(con)
    version = datetime.combine(landed.version, clock()) if landed.version else now
    return Delivery(identity, feed, landed, Lineage(identity, landed.name, now, now, version), seq, state)


def now_of(con: duckdb.DuckDBPyConnection, delivery: Delivery) -> Delivery:
    """The same delivery, to be loaded again now; landing and version times stay."""
    return replace(delivery, lineage=replace(delivery.lineage, loaded_at=_now(con)))


def _now(con: duckdb.DuckDBPyConnection) -> datetime:
    last = con.execute("select max(loaded_at) from ops.deliveries").fetchone()[0]
    now = datetime.now(UTC).replace(tzinfo=None)
    return max(now, last + timedelta(microseconds=1)) if last else now


def load(
    con: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    settings: Settings,
    also: Callable[[], None] = lambda: None,
    *,
    event: str = "delivery",
    journal: bool = True,
) -> DeliveryResult:
    """Load one landed delivery in one transaction, then append its ledger line. `also` runs inside the transaction.

    `event` names the ledger entry. `journal=False` writes none and supersedes nothing: the ledger has the delivery.
    """
    con.begin()
    try:
        try:
            reach("gate.after_begin")
            counts, status, reason = pass_gate(con, delivery, settings, guard=journal), "loaded", None
            if not any(c.records_in for c in counts.values()):
                status = "empty"
        except DeliveryRejected as error:
            con.rollback()
            con.begin()
            counts = {sole_stream(delivery.feed): Counts(records_in=error.records, rejected=error.records)}
            status, reason = "rejected", f"{error.reason}: {error}"
        old = replace_older(con, delivery) if journal and any(c.loaded for c in counts.values()) else []
        entry = record(con, delivery, counts, status, reason)
        line = ledger.add(con, {"event": event, **entry, "supersedes": old}) if journal else None
        also()
        reach("gate.before_commit")
        con.commit()
    except BaseException:
        con.rollback()
        raise
    reach("gate.after_commit")
    if line:
        ledger.append(settings, line)
    landed = delivery.landed
    return DeliveryResult(delivery.id, delivery.feed.feed, landed.name, status, counts, reason, landed.bytes, 0.0)


def pass_gate(
    con: duckdb.DuckDBPyConnection, delivery: Delivery, settings: Settings, *, guard: bool = True
) -> dict[str, Counts]:
    """Load the records of a landed delivery inside the caller's transaction. DeliveryRejected leaves it half done.

    `guard` refuses a snapshot that would delete too much.
    """
    from orchestration.ingestion.readers import open_reader

    reader = open_reader(settings.home / delivery.landed.path, reader_source(delivery), typed=True)
    if not reader.columns and not sum(chunk.records for chunk in reader.chunks()):
        return {stream: Counts() for stream in delivery.feed.streams}
    gate, lock = None, threading.Lock()
    try:
        gate = Gate(con, delivery.feed, reader, delivery.lineage, lock)
        for chunk in prefetched(reader, lock):
            gate.take(chunk)
            reach("gate.after_chunk")
        if guard and any(c.records_in for c in gate.counts.values()):
            refuse_mass_deletion(con, delivery, gate.counts, gate.records)
    except DeliveryRejected as error:
        if gate is None and not error.records:  # the map does not fit: the records are countable all the same
            error.records = sum(chunk.records for chunk in reader.chunks())
        raise
    return gate.counts


def reader_source(delivery: Delivery) -> FilesSource:
    """How to read the landed file; extracts of sql and rest are JSON lines or Parquet, as their names say."""
    if isinstance(delivery.feed.source, FilesSource):
        return delivery.feed.source
    kind = "parquet" if Path(delivery.landed.path).suffix == ".parquet" else "jsonl"
    return FilesSource(type="files", path=delivery.landed.path, format=kind)
