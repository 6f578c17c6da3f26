"""The books of a delivery: its rows in ops.deliveries and raw, and the state of its source."""

import json
from dataclasses import dataclass

import duckdb

from orchestration.contract import streams
from orchestration.ingestion import ledger
from orchestration.ingestion.gate import Counts
from orchestration.ingestion.landing import Landed
from orchestration.ingestion.model import Feed
from orchestration.ingestion.plan import Lineage
from orchestration.ingestion.store import quoted


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


def withdraw(con: duckdb.DuckDBPyConnection, identity: str, *, everywhere: bool = False) -> None:
    """Delete the raw rows and quarantined records of a delivery; its accounting stays.

    `everywhere` looks into every stream, for a delivery whose accounting cannot be trusted.
    """
    booked = con.execute("select stream from ops.deliveries where delivery_id = ?", [identity]).fetchall()
    for stream in streams() if everywhere else sorted({s for (s,) in booked} & set(streams())):
        con.execute(f"delete from raw.{quoted(stream)} where _delivery_id = ?", [identity]).fetchall()
    con.execute("delete from ops.quarantine where delivery_id = ?", [identity]).fetchall()


def record(
    con: duckdb.DuckDBPyConnection, delivery: Delivery, counts: dict[str, Counts], status: str, reason: str | None
) -> dict:
    """Write the accounting of a delivery to ops.deliveries; returns its ledger entry.

    Raises AssertionError when a stream's counts do not add up or raw does not hold what was counted.
    """
    landed, lineage, feed = delivery.landed, delivery.lineage, delivery.feed
    books = {}
    for stream, c in sorted(counts.items()):
        columns = ledger.contract_columns(stream)
        held = ledger.checksums(con, stream, columns, delivery.id, c.records_in) if c.loaded else {}
        rows, checksum = held.get(delivery.id, (0, f"{ledger.fingerprint(con)}:0"))
        if c.records_in != c.loaded + c.quarantined + c.rejected or rows != c.loaded:
            raise AssertionError(f"accounting broken in {landed.name}, {stream}: {c}, {rows} rows in raw")
        books[stream] = {**vars(c), "checksum": checksum, "columns": columns}
        con.execute(
            f"insert into ops.deliveries values ({', '.join('?' * 21)})",
            [
                *(delivery.id, feed.feed, feed.system, stream, landed.name, landed.sha256, landed.bytes, delivery.seq),
                *(lineage.landed_at, lineage.loaded_at, lineage.version_at, status, reason),
                *(c.records_in, c.loaded, c.quarantined, c.rejected, None, checksum, landed.path, landed.mtime),
            ],
        ).fetchall()
    return {
        "delivery_id": delivery.id,
        "feed": feed.feed,
        "system": feed.system,
        "file_name": landed.name,
        "sha256": landed.sha256,
        "bytes": landed.bytes,
        "landed_path": landed.path,
        "source_mtime": landed.mtime,
        "version": landed.version,
        "seq": delivery.seq,
        "landed_at": lineage.landed_at,
        "version_at": lineage.version_at,
        "status": status,
        "reason": reason,
        "streams": books,
        "state": delivery.state,
    }


def load_state(con: duckdb.DuckDBPyConnection, feed: Feed) -> dict:
    """The state that the source of a feed left at its last delivery; empty at first."""
    row = con.execute("select state from ops.feed_state where feed = ? and name = 'source'", [feed.feed]).fetchone()
    return json.loads(row[0]) if row else {}


def save_state(con: duckdb.DuckDBPyConnection, feed: str, state: dict) -> None:
    """Keep the state of a feed's source, inside the caller's transaction."""
    con.execute("delete from ops.feed_state where feed = ? and name = 'source'", [feed]).fetchall()
    con.execute("insert into ops.feed_state values (?, 'source', ?)", [feed, json.dumps(state)]).fetchall()
