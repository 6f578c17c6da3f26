"""Whether a delivery is news, and what it replaces: the last word of each name counts."""

import hashlib

import duckdb

from orchestration.ingestion.accounting import Delivery, withdraw
from orchestration.ingestion.gate import Counts
from orchestration.ingestion.model import DeliveryRejected, Feed, FilesSource

FEW_MISSING = 10  # records that may vanish from a snapshot whatever their share


def identify(con: duckdb.DuckDBPyConnection, feed: str, sha256: str) -> tuple[str, bool]:
    """The id of a delivery of these bytes, and whether it stands already: then nothing is to be loaded.

    Bytes whose rows were replaced since are a delivery of their own when they come again, because the last word counts.
    The first id is the same in whatever order deliveries come.
    """
    earlier = con.execute(
        """select delivery_id, bool_and(status = 'superseded') from ops.deliveries where feed = ? and sha256 = ?
        group by delivery_id order by min(seq)""",
        [feed, sha256],
    ).fetchall()
    for identity, replaced in earlier:
        if not replaced:
            return identity, True
    again = f"\0{len(earlier)}" if earlier else ""
    return hashlib.sha256(f"{feed}\0{sha256}{again}".encode()).hexdigest()[:16], False


def is_whole(feed: Feed) -> bool:
    """Whether a delivery of the feed holds all that counts: a table, query or resource read without a cursor."""
    source = feed.source
    return not isinstance(source, FilesSource) and source.cursor is None and not source.keep_missing


def replaced_by(con: duckdb.DuckDBPyConnection, feed: Feed, name: str, identity: str, seq: int | None) -> list[str]:
    """Deliveries whose rows must go once `identity` stands under `name`, of those before `seq`.

    A file replaces what its name brought before, unless another name brought the same bytes last. A whole snapshot
    replaces everything of its feed; what a cursor read replaces nothing.
    """
    whole = is_whole(feed)
    if not whole and not isinstance(feed.source, FilesSource):
        return []
    rows = con.execute(
        """select delivery_id from ops.deliveries
        where feed = $feed and status = 'loaded' and delivery_id <> $identity and ($seq is null or seq < $seq)
            and ($whole or file_name = $name or delivery_id in (
                select delivery_id from ops.seen_files where feed = $feed and file_name = $name))
            and ($whole or delivery_id not in (
                select delivery_id from ops.seen_files where feed = $feed and file_name <> $name))
        group by delivery_id order by delivery_id""",
        {"feed": feed.feed, "name": name, "identity": identity, "seq": seq, "whole": whole},
    ).fetchall()
    return [old for (old,) in rows]


def supersede(con: duckdb.DuckDBPyConnection, old: list[str], by: str) -> None:
    """Take the rows of old deliveries out of raw, and note in their accounting what replaced them."""
    for identity in old:
        withdraw(con, identity)
        con.execute(
            "update ops.deliveries set status = 'superseded', superseded_by = ? where delivery_id = ?", [by, identity]
        ).fetchall()


def replace_older(con: duckdb.DuckDBPyConnection, delivery: Delivery) -> list[str]:
    """Supersede what a delivery that is being loaded replaces; returns the ids."""
    old = replaced_by(con, delivery.feed, delivery.landed.name, delivery.id, delivery.seq)
    supersede(con, old, delivery.id)
    return old


def refuse_mass_deletion(
    con: duckdb.DuckDBPyConnection, delivery: Delivery, counts: dict[str, Counts], records: int
) -> None:
    """DeliveryRejected when a whole snapshot lacks more of what it would replace than its feed allows (F-50)."""
    if not is_whole(delivery.feed):
        return
    old = replaced_by(con, delivery.feed, delivery.landed.name, delivery.id, delivery.seq)
    before = con.execute(
        """select stream, sum(records_in) from ops.deliveries where list_contains(?, delivery_id)
        group by stream order by stream""",
        [old],
    ).fetchall()
    limit = delivery.feed.source.max_missing
    for stream, had in before:
        missing = had - (counts[stream].records_in if stream in counts else 0)
        if missing > max(limit * had, FEW_MISSING):
            raise DeliveryRejected(
                "mass_deletion",
                f"{missing} of the {had} records of {stream} are gone from the source, more than max_missing: {limit} "
                f"allows; if that is right, raise max_missing in the feed and run `acrm quarantine reoffer`",
                records,
            )
