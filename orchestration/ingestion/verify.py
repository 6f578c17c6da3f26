"""Proof that database, ledger and landing tell the same story."""

from collections import defaultdict
from dataclasses import dataclass

import duckdb

from orchestration.contract import streams
from orchestration.durable import sha256_of
from orchestration.ingestion import ledger
from orchestration.ingestion.gate import NO_STREAM
from orchestration.settings import Settings

COUNTS = ("records_in", "loaded", "quarantined", "rejected")


@dataclass(frozen=True)
class Problem:
    """One disagreement. `kind`: ledger, lost, database, accounting, rows, quarantine, landing or engine."""

    kind: str
    message: str
    delivery_id: str | None = None

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"


def standing(entries: list[dict]) -> dict[str, dict]:
    """The last word of the ledger on every delivery, in order of loading; superseded ones carry `superseded_by`."""
    latest: dict[str, dict] = {}
    for entry in entries:
        latest[entry["delivery_id"]] = entry
        for old in entry["supersedes"]:
            latest[old] = {**latest[old], "status": "superseded", "superseded_by": entry["delivery_id"]}
    return latest


def verify(settings: Settings, *, landing: bool = True) -> list[Problem]:
    """Check the chain of the ledger, the database against it, and landed files against their sha256.

    Reads only. Empty when all agree. `landing=False` skips re-reading the landed files.
    """
    entries, broken = ledger.read(settings)
    if broken:
        return [Problem("ledger", text) for text in broken]
    expected = standing(entries)
    problems = _landing(settings, expected) if landing else []
    if not settings.work_db.exists():
        if expected:
            text = f"{settings.work_db} is gone; ledger.jsonl knows {len(expected)} deliveries"
            problems.append(Problem("lost", text))
        return problems
    try:
        with duckdb.connect(str(settings.work_db), read_only=True) as con:
            return problems + _database(con, entries, expected)
    except duckdb.Error as error:
        return [*problems, Problem("database", f"{settings.work_db} cannot be read: {str(error).splitlines()[0]}")]


def _landing(settings: Settings, expected: dict[str, dict]) -> list[Problem]:
    found = []
    for identity, entry in expected.items():
        path = settings.home / entry["landed_path"]
        if not path.exists():
            text = "is missing"
        elif path.stat().st_size != entry["bytes"] or sha256_of(path) != entry["sha256"]:
            text = "does not hold the bytes that were delivered"
        else:
            continue
        found.append(Problem("landing", f"{path} ({entry['file_name']}) {text}", identity))
    return found


def _database(con: duckdb.DuckDBPyConnection, entries: list[dict], expected: dict[str, dict]) -> list[Problem]:
    tables = con.execute("select table_name from duckdb_tables() where schema_name = 'ops'").fetchall()
    if not {"ledger", "deliveries", "quarantine"} <= {name for (name,) in tables}:
        return [Problem("lost", "the database has no accounting tables")] if entries else []
    mirrored = con.execute("select n, line from ops.ledger order by n").fetchall()
    written = {e["n"]: e for e in entries}
    kept = dict(mirrored)
    problems = [
        Problem("lost", f"entry {n} ({e['file_name']}) is in ledger.jsonl and not in the database", e["delivery_id"])
        for n, e in written.items()
        if n not in kept
    ]
    for n, line in kept.items():
        if n not in written:
            text = f"entry {n} is in the database and not yet in ledger.jsonl; the next run adds it"
            problems.append(Problem("ledger", text))
        elif ledger.text_of(written[n]) != line:
            problems.append(Problem("ledger", f"entry {n} differs between ledger.jsonl and the database"))
    return problems + _accounting(con, expected) + _quarantine(con, expected) + _rows(con, expected)


def _accounting(con: duckdb.DuckDBPyConnection, expected: dict[str, dict]) -> list[Problem]:
    booked: dict[tuple[str, str], tuple] = {}
    query = f"select delivery_id, stream, status, {', '.join(COUNTS)} from ops.deliveries"
    for identity, stream, *facts in con.execute(query).fetchall():
        booked[identity, stream] = tuple(facts)
    problems = []
    for identity, entry in expected.items():
        for stream, counts in entry["streams"].items():
            wanted = (entry["status"], *(counts[c] for c in COUNTS))
            if (found := booked.pop((identity, stream), None)) != wanted:
                text = f"{entry['file_name']}, {stream}: ops.deliveries says {found}, the ledger {wanted}"
                problems.append(Problem("accounting", text, identity))
    for identity, stream in booked:
        problems.append(Problem("accounting", f"{stream}: ops.deliveries has a row that the ledger does not", identity))
    return problems


def _quarantine(con: duckdb.DuckDBPyConnection, expected: dict[str, dict]) -> list[Problem]:
    query = """select delivery_id, stream, count(distinct (record_no, route_no)) from ops.quarantine
        where status = 'open' group by all"""
    held = {(identity, stream): n for identity, stream, n in con.execute(query).fetchall()}
    problems = []
    for identity, entry in expected.items():
        for stream, counts in entry["streams"].items():
            wanted = counts["quarantined"] if entry["status"] != "superseded" else 0
            if (found := held.pop((identity, stream), 0)) != wanted:
                text = f"{entry['file_name']}, {stream}: {found} records in ops.quarantine, the ledger says {wanted}"
                problems.append(Problem("quarantine", text, identity))
    return problems + [Problem("quarantine", f"{stream}: records of no known delivery", i) for i, stream in held]


def _rows(con: duckdb.DuckDBPyConnection, expected: dict[str, dict]) -> list[Problem]:
    """Raw rows, counted and summed again, against the ledger."""
    groups: dict[tuple[str, tuple[str, ...]], dict[str, dict]] = defaultdict(dict)
    for identity, entry in expected.items():
        for stream, counts in entry["streams"].items():
            if stream != NO_STREAM:
                none = entry["status"] == "superseded"
                columns = tuple(counts["columns"])
                groups[stream, columns][identity] = {**counts, "loaded": 0} if none else counts
    engine, problems, seen = ledger.fingerprint(con), [], set()
    for (stream, columns), wanted in groups.items():
        held = ledger.checksums(con, stream, list(columns))
        seen |= {(stream, identity) for identity in wanted}
        for identity, counts in wanted.items():
            rows, checksum = held.get(identity, (0, f"{engine}:0"))
            name = f"{expected[identity]['file_name']}, raw.{stream}"
            if rows != counts["loaded"]:
                text = f"{name}: {rows} rows, the ledger says {counts['loaded']}"
                problems.append(Problem("rows", text, identity))
            elif rows and checksum.split(":")[0] != counts["checksum"].split(":")[0]:
                text = f"{name}: loaded by an engine that hashes differently; only its row count was checked"
                problems.append(Problem("engine", text, identity))
            elif rows and checksum != counts["checksum"]:
                problems.append(Problem("rows", f"{name}: the values are not those that were loaded", identity))
    return problems + _strangers(con, seen)


def _strangers(con: duckdb.DuckDBPyConnection, seen: set[tuple[str, str]]) -> list[Problem]:
    problems = []
    present = con.execute("select table_name from duckdb_tables() where schema_name = 'raw'").fetchall()
    for stream in sorted({name for (name,) in present} & set(streams())):
        for identity, rows in con.execute(f'select _delivery_id, count(*) from raw."{stream}" group by 1').fetchall():
            if (stream, identity) not in seen:
                problems.append(Problem("rows", f"raw.{stream}: {rows} rows of no known delivery", identity))
    return problems
