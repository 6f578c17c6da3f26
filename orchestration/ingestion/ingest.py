"""From a feed to accounted raw rows: find, land, gate, commit, and write the ledger, one delivery at a time."""

import hashlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from pathlib import Path

import duckdb

from orchestration.ingestion import ledger
from orchestration.ingestion.gate import NO_STREAM, Counts, Gate
from orchestration.ingestion.killpoints import reach
from orchestration.ingestion.landing import Found, Landed, find, land, sweep
from orchestration.ingestion.model import DeliveryRejected, Feed, FilesSource
from orchestration.ingestion.plan import Lineage
from orchestration.ingestion.prefetch import prefetched
from orchestration.ingestion.store import quoted
from orchestration.settings import Settings

OnEvent = Callable[[dict], None] | None


@dataclass(frozen=True)
class DeliveryResult:
    """What became of one delivery. Status: loaded, empty, rejected, or known (the same bytes came before)."""

    delivery_id: str
    feed: str
    file_name: str
    status: str
    streams: dict[str, Counts]
    reason: str | None
    bytes: int
    seconds: float


@dataclass(frozen=True)
class Delivery:
    """One delivery about to be loaded: where its bytes are and what it will be called."""

    id: str
    feed: Feed
    landed: Landed
    lineage: Lineage
    seq: int
    state: dict | None = None


def delivery_id(feed: str, sha256: str) -> str:
    """The id of a delivery: the same for the same bytes of the same feed, in whatever order they come."""
    return hashlib.sha256(f"{feed}\0{sha256}".encode()).hexdigest()[:16]


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


def load_state(con: duckdb.DuckDBPyConnection, feed: Feed) -> dict:
    """The state that the source of a feed left at its last delivery; empty at first."""
    row = con.execute("select state from ops.feed_state where feed = ? and name = 'source'", [feed.feed]).fetchone()
    return json.loads(row[0]) if row else {}


def _take(
    con: duckdb.DuckDBPyConnection, feed: Feed, found: Found, settings: Settings, state: dict | None, on_event: OnEvent
) -> DeliveryResult:
    started = time.monotonic()
    landed = land(found, settings)
    identity = delivery_id(feed.feed, landed.sha256)
    _tell(on_event, event="delivery_started", delivery_id=identity, feed=feed.feed, file=found.name, bytes=landed.bytes)
    known = con.execute("select 1 from ops.deliveries where delivery_id = ? limit 1", [identity]).fetchone()
    if known:
        con.begin()
        _remember(con, feed, found, identity, state)
        con.commit()
        result = DeliveryResult(identity, feed.feed, found.name, "known", {}, None, landed.bytes, 0.0)
    else:
        delivery = announce(con, feed, landed, state)
        result = load(con, delivery, settings, lambda: _remember(con, feed, found, identity, state))
    result = replace(result, seconds=round(time.monotonic() - started, 3))
    rows = sum(c.loaded for c in result.streams.values())
    _tell(
        on_event, event="delivery_ended", delivery_id=identity, feed=feed.feed, file=found.name, status=result.status,
        reason=result.reason, rows=rows, bytes=result.bytes, seconds=result.seconds,
        streams={name: vars(c) for name, c in result.streams.items()},
    )
    return result


def _tell(on_event: OnEvent, **event: object) -> None:
    if on_event:
        on_event(event)


def _remember(
    con: duckdb.DuckDBPyConnection, feed: Feed, found: Found, identity: str, state: dict | None
) -> None:
    """Note inside the transaction what was looked at, so that the next run neither hashes nor extracts it again."""
    if found.stat:
        con.execute("delete from ops.seen_files where feed = ? and file_name = ?", [feed.feed, found.name]).fetchall()
        row = [feed.feed, found.name, found.stat, identity]
        con.execute("insert into ops.seen_files values (?, ?, ?, ?)", row).fetchall()
    if state is not None:
        save_state(con, feed.feed, state)


def save_state(con: duckdb.DuckDBPyConnection, feed: str, state: dict) -> None:
    """Keep the state of a feed's source, inside the caller's transaction."""
    con.execute("delete from ops.feed_state where feed = ? and name = 'source'", [feed]).fetchall()
    con.execute("insert into ops.feed_state values (?, 'source', ?)", [feed, json.dumps(state)]).fetchall()


def announce(con: duckdb.DuckDBPyConnection, feed: Feed, landed: Landed, state: dict | None) -> Delivery:
    """Give a delivery its number and its times. Times never run backwards, even when the clock does."""
    seq, last = con.execute("select coalesce(max(seq), 0) + 1, max(loaded_at) from ops.deliveries").fetchone()
    now = datetime.now(UTC).replace(tzinfo=None)
    now = max(now, last + timedelta(microseconds=1)) if last else now
    version = datetime.combine(landed.version, clock()) if landed.version else now
    identity = delivery_id(feed.feed, landed.sha256)
    return Delivery(identity, feed, landed, Lineage(identity, landed.name, now, now, version), seq, state)


def load(
    con: duckdb.DuckDBPyConnection, delivery: Delivery, settings: Settings, also: Callable[[], None] = lambda: None
) -> DeliveryResult:
    """Load one landed delivery in one transaction, then append its ledger line. `also` runs inside the transaction."""
    con.begin()
    try:
        try:
            reach("gate.after_begin")
            counts, status, reason = _pass_gate(con, delivery, settings), "loaded", None
            if not any(c.records_in for c in counts.values()):
                status = "empty"
        except DeliveryRejected as error:
            con.rollback()
            con.begin()
            stream = next(iter(delivery.feed.streams)) if len(delivery.feed.streams) == 1 else NO_STREAM
            counts = {stream: Counts(records_in=error.records, rejected=error.records)}
            status, reason = "rejected", f"{error.reason}: {error}"
        old = _supersede(con, delivery) if any(c.loaded for c in counts.values()) else []
        line = record(con, delivery, counts, status, reason, supersedes=old)
        also()
        reach("gate.before_commit")
        con.commit()
    except BaseException:
        con.rollback()
        raise
    reach("gate.after_commit")
    ledger.append(settings, line)
    landed = delivery.landed
    return DeliveryResult(delivery.id, delivery.feed.feed, landed.name, status, counts, reason, landed.bytes, 0.0)


def _pass_gate(con: duckdb.DuckDBPyConnection, delivery: Delivery, settings: Settings) -> dict[str, Counts]:
    from orchestration.ingestion.readers import open_reader

    reader = open_reader(settings.home / delivery.landed.path, reader_source(delivery))
    if not reader.columns and not sum(chunk.records for chunk in reader.chunks()):
        return {stream: Counts() for stream in delivery.feed.streams}
    gate, lock = None, threading.Lock()
    try:
        gate = Gate(con, delivery.feed, reader, delivery.lineage, lock)
        for chunk in prefetched(reader, lock):
            gate.take(chunk)
            reach("gate.after_chunk")
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


def _supersede(con: duckdb.DuckDBPyConnection, delivery: Delivery) -> list[str]:
    """Take the rows of earlier deliveries of the same file name out of raw; returns their ids."""
    if not isinstance(delivery.feed.source, FilesSource):
        return []
    rows = con.execute(
        """select distinct delivery_id from ops.deliveries
        where feed = ? and file_name = ? and status = 'loaded' and delivery_id <> ? order by 1""",
        [delivery.feed.feed, delivery.landed.name, delivery.id],
    ).fetchall()
    old = [identity for (identity,) in rows]
    for identity in old:
        withdraw(con, identity)
        con.execute(
            "update ops.deliveries set status = 'superseded', superseded_by = ? where delivery_id = ?",
            [delivery.id, identity],
        ).fetchall()
    return old


def withdraw(con: duckdb.DuckDBPyConnection, identity: str) -> None:
    """Delete the raw rows and quarantined records of a delivery; its accounting stays."""
    streams = con.execute("select stream from ops.deliveries where delivery_id = ?", [identity]).fetchall()
    for (stream,) in streams:
        if stream != NO_STREAM:
            con.execute(f"delete from raw.{quoted(stream)} where _delivery_id = ?", [identity]).fetchall()
    con.execute("delete from ops.quarantine where delivery_id = ?", [identity]).fetchall()


def record(
    con: duckdb.DuckDBPyConnection, delivery: Delivery, counts: dict[str, Counts], status: str, reason: str | None,
    *, supersedes: list[str], event: str = "delivery",
) -> str:
    """Write the accounting of a delivery to ops.deliveries and ops.ledger; returns the ledger line.

    Raises AssertionError when a stream's counts do not add up or raw does not hold what was counted.
    """
    landed, lineage, feed = delivery.landed, delivery.lineage, delivery.feed
    streams = {}
    for stream, c in sorted(counts.items()):
        columns = ledger.contract_columns(stream)
        held = ledger.checksums(con, stream, columns, delivery.id).get(delivery.id) if c.loaded else None
        rows, checksum = held or (0, f"{ledger.fingerprint(con)}:0")
        if c.records_in != c.loaded + c.quarantined + c.rejected or rows != c.loaded:
            raise AssertionError(f"accounting broken in {landed.name}, {stream}: {c}, {rows} rows in raw")
        streams[stream] = {**vars(c), "checksum": checksum, "columns": columns}
        con.execute(
            f"insert into ops.deliveries values ({', '.join('?' * 21)})",
            [
                *(delivery.id, feed.feed, feed.system, stream, landed.name, landed.sha256, landed.bytes, delivery.seq),
                *(lineage.landed_at, lineage.loaded_at, lineage.version_at, status, reason),
                *(c.records_in, c.loaded, c.quarantined, c.rejected, None, checksum, landed.path, landed.mtime),
            ],
        ).fetchall()
    entry = {
        "event": event, "delivery_id": delivery.id, "feed": feed.feed, "system": feed.system,
        "file_name": landed.name, "sha256": landed.sha256, "bytes": landed.bytes, "landed_path": landed.path,
        "source_mtime": landed.mtime, "version": landed.version, "seq": delivery.seq, "landed_at": lineage.landed_at,
        "version_at": lineage.version_at, "status": status, "reason": reason, "streams": streams,
        "supersedes": supersedes, "state": delivery.state,
    }
    return ledger.add(con, entry)
