"""Records that did not enter: how many and why, out to files, and back in after a feed was mended."""

import csv
from pathlib import Path

import duckdb

from orchestration.ingestion import ledger
from orchestration.ingestion.accounting import Delivery, DeliveryResult, record, withdraw
from orchestration.ingestion.feeds import load_feeds
from orchestration.ingestion.ingest import now_of, pass_gate, reader_source
from orchestration.ingestion.killpoints import reach
from orchestration.ingestion.lock import writer_lock
from orchestration.ingestion.model import DeliveryRejected, FeedError
from orchestration.ingestion.repair import delivery_of
from orchestration.ingestion.replacing import replace_older
from orchestration.ingestion.store import connect
from orchestration.ingestion.verify import standing
from orchestration.settings import Settings
from orchestration.spreadsheet import neutralised

_PICKED = """status = 'open' and ($feed is null or feed = $feed) and ($stream is null or stream = $stream)
    and ($rule is null or rule = $rule)"""
_REASONS = ("file_name", "record_no", "line_no", "stream", "column_name", "value", "rule", "message")


def summary(settings: Settings) -> list[dict]:
    """Open records by feed, stream, rule and column, most first."""
    with duckdb.connect(str(settings.work_db), read_only=True) as con:
        rows = con.execute(
            """select feed, stream, rule, column_name, count(distinct (delivery_id, record_no)) as records
            from ops.quarantine where status = 'open' group by all
            order by records desc, feed, stream, rule, column_name"""
        ).fetchall()
    return [dict(zip(("feed", "stream", "rule", "column", "records"), row, strict=True)) for row in rows]


def export(
    settings: Settings, to: Path, *, feed: str | None = None, stream: str | None = None, rule: str | None = None
) -> list[Path]:
    """Write open records as delivered, one file per delivery, and the reasons as CSV beside it; returns the paths."""
    to.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    with duckdb.connect(str(settings.work_db), read_only=True) as con:
        picked = {"feed": feed, "stream": stream, "rule": rule}
        deliveries = con.execute(
            f"select distinct delivery_id, feed from ops.quarantine where {_PICKED} order by all", picked
        ).fetchall()
        for identity, name in deliveries:
            written += _export_one(con, settings, to / f"{name}_{identity}", {**picked, "id": identity})
    return written


def _export_one(con: duckdb.DuckDBPyConnection, settings: Settings, stem: Path, picked: dict) -> list[Path]:
    entries, _ = ledger.read(settings)
    feeds = {feed.feed: feed for feed in load_feeds(settings.feeds)}
    entry = standing(entries)[picked["id"]]
    records = con.execute(
        f"""select record_no, any_value(content) from ops.quarantine
        where {_PICKED} and delivery_id = $id group by record_no order by record_no""",
        picked,
    ).fetchall()
    landed = settings.home / entry["landed_path"]
    source = reader_source(delivery_of(entry, feeds[entry["feed"]])) if entry["feed"] in feeds else None
    parts = [content for _, content in records if content is not None]
    suffix = "".join(s for s in landed.suffixes if s not in (".gz", ".zip", ".bz2", ".xz", ".zst"))
    if source and source.format in ("csv", "tsv") and source.header and landed.suffix == suffix:
        with landed.open("rb") as file:
            parts.insert(0, file.readline().rstrip(b"\r\n"))
    elif source and source.format in ("parquet", "excel"):
        suffix = ".jsonl"
    data = stem.with_name(stem.name + suffix)
    data.write_bytes(b"".join(part + b"\n" for part in parts))
    reasons = stem.with_name(stem.name + ".reasons.csv")
    rows = con.execute(
        f"""select {", ".join(_REASONS)} from ops.quarantine
        where {_PICKED} and delivery_id = $id order by record_no, stream, column_name""",
        picked,
    ).fetchall()
    with reasons.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(_REASONS)
        table.writerows([neutralised(v) if isinstance(v, str) else v for v in row] for row in rows)
    return [data, reasons]


def reoffer(settings: Settings, of: str | None = None) -> list[DeliveryResult]:
    """Offer deliveries that hold refused records, or were rejected, to their feeds as they are now.

    `of` is a delivery id or a feed; all without it. A delivery is read again from landing as a whole, so that all its
    rows follow one map; records that pass leave the state 'open'. A delivery that now would be rejected stays as it
    is, and its result says why. Each delivery is one transaction with its own ledger entry.
    """
    with writer_lock(settings):
        con = connect(settings)
        try:
            ledger.sync(con, settings)
            feeds = {feed.feed: feed for feed in load_feeds(settings.feeds)}
            entries = standing(ledger.read(settings)[0])
            results = []
            for identity, name in _waiting(con, of):
                if name not in feeds:
                    raise FeedError(f"{settings.feeds}: no feed is named {name}; bring its file back to offer again")
                results.append(_reoffer(con, settings, delivery_of(entries[identity], feeds[name])))
            return results
        finally:
            con.close()


def _waiting(con: duckdb.DuckDBPyConnection, of: str | None) -> list[tuple[str, str]]:
    return con.execute(
        """select delivery_id, any_value(feed) from ops.deliveries as d
        where status <> 'superseded' and (quarantined > 0 or status = 'rejected')
            and ($of is null or delivery_id = $of or feed = $of)
            and not exists (
                select 1 from ops.deliveries as later
                where later.feed = d.feed and later.file_name = d.file_name and later.seq > d.seq
                    and later.status = 'loaded')
        group by delivery_id order by min(seq)""",
        {"of": of},
    ).fetchall()


def _reoffer(con: duckdb.DuckDBPyConnection, settings: Settings, delivery: Delivery) -> DeliveryResult:
    landed, name = delivery.landed, delivery.feed.feed
    delivery = now_of(con, delivery)
    con.begin()
    try:
        con.execute(
            "create or replace temp table was_open as select * from ops.quarantine where delivery_id = ?", [delivery.id]
        ).fetchall()
        withdraw(con, delivery.id)
        con.execute("delete from ops.deliveries where delivery_id = ?", [delivery.id]).fetchall()
        counts = pass_gate(con, delivery, settings)
        status = "loaded" if any(c.records_in for c in counts.values()) else "empty"
        entry = record(con, delivery, counts, status, None)
        con.execute(
            """insert into ops.quarantine
            select * replace ('released' as status) from was_open as old where not exists (
                select 1 from ops.quarantine as still where still.delivery_id = old.delivery_id
                    and still.record_no = old.record_no and still.route_no = old.route_no and still.status = 'open')"""
        ).fetchall()
        old = replace_older(con, delivery) if any(c.loaded for c in counts.values()) else []
        line = ledger.add(con, {"event": "reoffer", **entry, "supersedes": old})
        reach("reoffer.before_commit")
        con.commit()
    except DeliveryRejected as error:
        con.rollback()
        reason = f"{error.reason}: {error}"
        return DeliveryResult(delivery.id, name, landed.name, "rejected", {}, reason, landed.bytes, 0.0)
    except BaseException:
        con.rollback()
        raise
    reach("reoffer.after_commit")
    ledger.append(settings, line)
    return DeliveryResult(delivery.id, name, landed.name, status, counts, None, landed.bytes, 0.0)
