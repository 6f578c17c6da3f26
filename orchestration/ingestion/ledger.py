"""A hash-chained journal of every delivery, kept outside the database and mirrored inside it.

The line is written to `ops.ledger` in the transaction that loads the rows, and appended to CRM_HOME/ledger.jsonl after
the commit. So a crash between the two is healed from the database, and a database that silently lost commits (a
truncated write-ahead log) is found out by the file.
"""

import hashlib
import json
import os
from datetime import UTC, date, datetime

import duckdb

from orchestration.contract import streams
from orchestration.ingestion.killpoints import reach
from orchestration.ingestion.store import literal, quoted
from orchestration.settings import Settings

GENESIS = "0" * 64
HASHED_LINEAGE = ("_system", "_record_no", "_zone", "_extra")  # not times of loading: they differ when repeated


class LedgerError(Exception):
    """Database and ledger disagree; the message says how and what to do."""


def sealed(entry: dict, prev: str) -> dict:
    """The entry with `prev` and its own `hash` over everything else."""
    body = {**entry, "prev": prev}
    return {**body, "hash": hashlib.sha256(text_of(body).encode()).hexdigest()}


def text_of(value: dict) -> str:
    """The one spelling of an entry, as a line without its end."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_text)


def _text(value: date | datetime) -> str:
    return value.isoformat()


def last_line(settings: Settings) -> dict | None:
    """The newest whole entry of ledger.jsonl; a line that a crash cut short is cut off the file."""
    if not settings.ledger.exists():
        return None
    with settings.ledger.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        tail, start = b"", size
        while start and tail[:-1].count(b"\n") < 2:
            start = max(0, start - 65536)
            file.seek(start)
            tail = file.read(size - start)
        whole = tail[: tail.rfind(b"\n") + 1]
        if len(whole) < len(tail):
            file.truncate(start + len(whole))
    lines = whole.splitlines()
    return json.loads(lines[-1]) if lines else None


def add(con: duckdb.DuckDBPyConnection, entry: dict) -> str:
    """Chain an entry into ops.ledger, inside the caller's transaction; returns the line for `append`."""
    last = con.execute("select n, line from ops.ledger order by n desc limit 1").fetchone()
    n, prev = (last[0] + 1, json.loads(last[1])["hash"]) if last else (1, GENESIS)
    at = datetime.now(UTC).replace(tzinfo=None)
    line = text_of(sealed({"n": n, "at": at, **entry}, prev))
    con.execute("insert into ops.ledger values (?, ?)", [n, line]).fetchall()
    return line


def restate(con: duckdb.DuckDBPyConnection, delivery_id: str, changes: dict) -> str:
    """Chain the last entry of a delivery again with other facts beside it; returns the line for `append`."""
    (line,) = con.execute(
        "select line from ops.ledger where line->>'delivery_id' = ? order by n desc limit 1", [delivery_id]
    ).fetchone()
    chain = ("n", "at", "prev", "hash")
    return add(con, {k: v for k, v in json.loads(line).items() if k not in chain} | changes)


def append(settings: Settings, *lines: str) -> None:
    """Write lines to the end of ledger.jsonl and force them to disk."""
    reach("ledger.before_append")
    data = "".join(line + "\n" for line in lines).encode()
    fd = os.open(settings.ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        half = len(data) // 2
        if os.environ.get("CRM_KILL_AT"):  # two writes let a test cut a line in the middle
            os.write(fd, data[:half])
            reach("ledger.during_append")
            data = data[half:]
        while data:
            data = data[os.write(fd, data) :]
        os.fsync(fd)
    finally:
        os.close(fd)
    reach("ledger.after_append")


def sync(con: duckdb.DuckDBPyConnection, settings: Settings) -> int:
    """Append what was committed but not yet written to the file; returns how many lines.

    LedgerError when the database lacks what the file records, or when the two do not tell the same story.
    """
    last = last_line(settings)
    n = last["n"] if last else 0
    newest = con.execute("select coalesce(max(n), 0) from ops.ledger").fetchone()[0]
    if n > newest:
        raise LedgerError(
            f"{settings.work_db} lacks {n - newest} of the {n} entries in {settings.ledger.name}: committed deliveries "
            "were lost or the file was replaced. `acrm repair` loads them again from landing/."
        )
    if last:
        mirrored = con.execute("select line from ops.ledger where n = ?", [n]).fetchone()
        if not mirrored or json.loads(mirrored[0])["hash"] != last["hash"]:
            raise LedgerError(
                f"entry {n} of {settings.ledger} is not the one in {settings.work_db}: the two belong to different "
                "warehouses, or one was changed by hand. `acrm status --verify` shows more; restore one from a backup."
            )
    missing = con.execute("select line from ops.ledger where n > ? order by n", [n]).fetchall()
    if missing:
        append(settings, *(line for (line,) in missing))
    return len(missing)


def read(settings: Settings) -> tuple[list[dict], list[str]]:
    """All entries of ledger.jsonl in order, and what is wrong with the chain (empty: intact)."""
    entries: list[dict] = []
    if not settings.ledger.exists():
        return entries, []
    prev = GENESIS
    for number, line in enumerate(settings.ledger.read_text(encoding="utf-8").splitlines(), 1):
        try:
            entry = json.loads(line)
            body = {k: v for k, v in entry.items() if k not in ("prev", "hash")}
            intact = entry["n"] == number and entry["prev"] == prev and sealed(body, prev)["hash"] == entry["hash"]
        except (ValueError, KeyError, TypeError):
            return entries, [f"{settings.ledger}:{number}: is not a ledger entry"]
        if not intact:
            return entries, [f"{settings.ledger}:{number}: was changed after it was written, or lines are missing"]
        entries.append(entry)
        prev = entry["hash"]
    return entries, []


def checksums(
    con: duckdb.DuckDBPyConnection, stream: str, columns: list[str], delivery_id: str | None = None, records: int = 0
) -> dict[str, tuple[int, str]]:
    """Rows and order-independent checksum of raw.<stream> per delivery, over `columns` and the lineage.

    DuckDB's own hash is used because it costs little; it may change with the engine, so the checksum begins with a
    fingerprint of the hash function. `records` of the delivery, where they are known, split the work in halves: one
    thread alone scans rows that are not committed yet.
    """
    hashed = ", ".join(quoted(c) for c in (*columns, *HASHED_LINEAGE))
    where = f"_delivery_id = {literal(delivery_id)}" if delivery_id else "true"
    rows = f"select _delivery_id, hash({hashed}) as hashed from raw.{quoted(stream)} where {where}"
    if records:
        rows = f"{rows} and _record_no <= {records // 2} union all {rows} and _record_no > {records // 2}"
    found = con.execute(f"select _delivery_id, count(*), sum(hashed) from ({rows}) group by all").fetchall()
    engine = fingerprint(con)
    return {delivery: (count, f"{engine}:{int(total):x}") for delivery, count, total in found}


def fingerprint(con: duckdb.DuckDBPyConnection) -> str:
    """Eight digits that change when the engine's hash function does."""
    probe = "select hash('acrm', 1::bigint, 1.5::decimal(18,4), date '2024-02-29', timestamp '2024-02-29 12:00', true)"
    return f"{con.execute(probe).fetchone()[0]:016x}"[:8]


def contract_columns(stream: str) -> list[str]:
    """Columns a checksum covers beside the lineage; kept in each entry, since a contract may grow."""
    return list(streams()[stream].columns) if stream in streams() else []
