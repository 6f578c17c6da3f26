"""What a release depends on, as one hash: inputs with the fingerprint of the last release are no news."""

import hashlib
import json
import os
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path

import duckdb

from orchestration.contract import Stream, streams
from orchestration.settings import DBT_PROJECT, REPO, Settings

CODE = ("orchestration", "data_quality", "ml")
CODE_SUFFIXES = {".py", ".yml", ".yaml", ".json"}
NOT_PROJECT = {"target", "logs", "dbt_packages", "__pycache__"}
LIBRARIES = ("duckdb", "dbt-core", "dbt-duckdb")


def project_folder() -> Path:
    """The dbt project to build: this one, unless CRM_DBT_PROJECT names another."""
    return Path(os.environ.get("CRM_DBT_PROJECT", DBT_PROJECT)).resolve()


def hash_files(root: Path, paths: Iterable[Path]) -> str:
    """One hash over names (relative to `root`) and bytes of files, whatever their order."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def project_hash(project: Path) -> str:
    """Hash of everything that dbt reads from a project."""
    files = (p for p in project.rglob("*") if p.is_file() and not p.name.startswith("."))
    return hash_files(project, (p for p in files if not NOT_PROJECT & set(p.relative_to(project).parts)))


@cache
def code_hash(repo: Path = REPO) -> str:
    """Hash of the code that makes a release, and of the libraries under it."""
    files = (p for folder in CODE for p in (repo / folder).rglob("*") if p.suffix in CODE_SUFFIXES)
    text = "".join(f"{name}={version(name)};" for name in LIBRARIES)
    return hashlib.sha256((text + hash_files(repo, files)).encode()).hexdigest()


def newest_day(con: duckdb.DuckDBPyConnection) -> date | None:
    """The newest local date of any event in raw; None while there is none.

    An event dated after its own delivery has not happened: one such typing error must not move every customer's
    recency, so it is left out (a day's slack covers clocks and zones).
    """
    parts = [_newest_of(s) for s in streams().values() if s.event_time]
    days = con.execute(f"select max(day) from ({' union all '.join(parts)})").fetchall()
    return days[0][0]


def _newest_of(stream: Stream) -> str:
    time = f'"{stream.event_time}"'
    of_type = stream.columns[stream.event_time or ""].type
    zoned = f"cast(timezone(_zone, timezone('UTC', max({time}))) as date)"
    local = f"max({time})" if of_type == "date" else zoned
    return f'select {local} as day from raw."{stream.name}" where {time} <= _loaded_at + interval 1 day group by _zone'


def fingerprint(con: duckdb.DuckDBPyConnection, settings: Settings, as_of: date) -> str:
    """Hash of all deliveries with their outcome, `as_of`, human decisions, the currency, the dbt project and the code.

    The checksums are those of the rows in raw, so that records offered again after a fix are news, too.
    """
    deliveries = con.execute(
        "select system, stream, file_name, sha256, raw_checksum, status, records_in, loaded, quarantined, rejected "
        "from ops.deliveries order by all"
    ).fetchall()
    facts = {
        "deliveries": deliveries,
        "as_of": as_of.isoformat(),
        "base_currency": settings.base_currency,
        "identity_overrides": _sha256(settings.identity_overrides),
        "segments": hash_files(settings.home, (settings.home / "segments").glob("*.yml")),
        "project": project_hash(project_folder()),
        "code": code_hash(),
    }
    return hashlib.sha256(json.dumps(facts, default=str, sort_keys=True).encode()).hexdigest()


def _sha256(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None
