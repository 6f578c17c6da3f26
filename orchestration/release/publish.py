"""Publish: the judged candidate becomes a release file, and `current.duckdb` is switched to it.

The caller holds the writer lock, has no open connection to work.duckdb in its own process, and has run the audit
(`data_quality.results.require`). A crash at any point leaves the old release serving or the new one, never a mixture;
leftovers go at the next start.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path

import duckdb

from orchestration.ingestion.killpoints import reach
from orchestration.ingestion.store import quoted
from orchestration.release import content, files
from orchestration.release.copy import NOT_RELEASED, attach, copy_tables, write_release_row
from orchestration.release.model import (
    RELEASE_ID,
    ReleaseError,
    ReleaseInfo,
    TableInfo,
    list_releases,
    manifest_path,
    number_of,
    release_path,
)
from orchestration.release.rejected import rejected_contents
from orchestration.release.verify import fall_back, is_intact
from orchestration.settings import Settings
from orchestration.spill import spill

_WORK, _OUT = "work", "release_file"

Listener = Callable[[str], None] | None


def publish(settings: Settings, as_of: date, fingerprint: str, on_event: Listener = None) -> ReleaseInfo:
    """Release the candidate in work.duckdb.

    The same content, as_of, fingerprint and accounting as the newest release makes no new file: that release is
    switched to if it is not serving, and returned with `created=False`. Content that was rolled back is not published
    again: the serving release is returned, also with `created=False`. Raises ReleaseError.
    """
    say = on_event or (lambda message: None)
    recover(settings, on_event)
    reach("release.start")
    with _candidate(settings) as con:
        tables = [
            table
            for table in content.tables_of(con, _WORK, content.RELEASED_SCHEMAS)
            if table.full_name not in NOT_RELEASED
        ]
        if not any(table.schema in content.PUBLIC_SCHEMAS for table in tables):
            raise ReleaseError(f"{settings.work_db}: no table in core, marts or scores; run `acrm run` first.")
        hashes = {table.full_name: content.hash_table(con, _WORK, table) for table in tables}
        content_hash = content.combine(hashes)
        if known := _already_released(settings, as_of, fingerprint, content_hash, hashes):
            rejected = known.content_hash != content_hash
            say("this content was rolled back before; the serving release stays" if rejected else "nothing new")
            files.prune(settings)
            return known
        release_id = f"r{_next_number(settings):06d}-{content_hash[:8]}"
        built_at = datetime.now(UTC).replace(tzinfo=None)
        unfinished = settings.releases / f"{release_id}.duckdb{files.UNFINISHED}"
        attach(con, unfinished, _OUT, read_only=False)
        rows = {name: info.rows for name, info in hashes.items()}
        copy_tables(con, tables, rows, _WORK, _OUT, release_id)
        write_release_row(
            con, _OUT, release_id, as_of.isoformat(), built_at, content_hash, fingerprint, json.dumps(_versions())
        )
        reach("release.before_checkpoint")
        con.execute(f"checkpoint {quoted(_OUT)}")
        con.execute(f"detach {quoted(_OUT)}")
        reach("release.after_copy")
    sha256, size = files.seal(unfinished)
    _compare(unfinished, hashes)
    info = ReleaseInfo(
        release_id, as_of, built_at, content_hash, fingerprint, sha256, size, hashes, _versions(), created=True
    )
    _finish(settings, unfinished, info)
    say(f"released {release_id}: {len(hashes)} tables, {size:,} bytes")
    return info


def recover(settings: Settings, on_event: Listener = None) -> None:
    """Put releases/ in order after a crash or damage: leftovers removed, a damaged current replaced by a good one."""
    say = on_event or (lambda message: None)
    if removed := files.clean(settings):
        say(f"removed leftovers: {', '.join(sorted(removed))}")
    if fallen_back := fall_back(settings):
        say(f"current.duckdb was damaged or missing; {fallen_back} serves now")


def _finish(settings: Settings, unfinished: Path, info: ReleaseInfo) -> None:
    """Name the file, write its manifest, switch, delete the oldest."""
    reach("release.before_rename")
    unfinished.rename(release_path(settings, info.release_id))
    files.sync(settings.releases)
    reach("release.after_rename")
    files.write_durably(manifest_path(settings, info.release_id), info.to_json())
    reach("release.after_manifest")
    files.switch_to(settings, info.release_id)
    files.prune(settings)
    reach("release.after_prune")


@contextmanager
def _candidate(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory connection with work.duckdb attached read-only."""
    if not settings.work_db.exists():
        raise ReleaseError(f"{settings.work_db} does not exist; run `acrm run` first.")
    beside = settings.releases / f"spill{files.UNFINISHED}"  # on the disk of the warehouse, and swept with it
    with duckdb.connect(config=settings.engine | {"temp_directory": str(beside)}) as con:
        try:
            attach(con, settings.work_db, _WORK)
        except duckdb.Error as error:
            raise ReleaseError(f"{settings.work_db} cannot be read: {error}") from error
        yield con


def _already_released(
    settings: Settings, as_of: date, fingerprint: str, content_hash: str, hashes: dict[str, TableInfo]
) -> ReleaseInfo | None:
    """The release that makes a new one needless, serving from now on; None when there is news."""
    releases = list_releases(settings)
    serving = files.current_id(settings)
    if content_hash in rejected_contents(settings):
        found = next((info for info in releases if info.release_id == serving), None)
        return found.found() if found else None
    newest = releases[-1] if releases else None
    if newest is None or not is_intact(settings, newest):
        return None
    same = (newest.as_of, newest.fingerprint, newest.content_hash) == (as_of, fingerprint, content_hash)
    if not same or _lasting(newest.tables) != _lasting(hashes) or newest.versions != _versions():
        return None
    if newest.release_id != serving:
        files.switch_to(settings, newest.release_id)
    return newest.found()


def _lasting(tables: dict[str, TableInfo]) -> dict[str, str]:
    """Hashes of all tables but those that differ with every run, and what ops.deliveries says already."""
    passing = {"ops.quality_scorecard", "ops.identity_impact", "ops.segment_changes", *content.ACCOUNTING}
    return {name: info.content_hash for name, info in tables.items() if name not in passing}


def _next_number(settings: Settings) -> int:
    """Releases are ordered by number, not by clock; numbers of damaged manifests are not used again."""
    names = (path.name.split(".")[0] for path in settings.releases.iterdir())
    return max((number_of(name) for name in names if RELEASE_ID.fullmatch(name)), default=0) + 1


def _compare(path: Path, expected: dict[str, TableInfo]) -> None:
    """Read the sealed file back: every table must hold the rows of the candidate."""
    with duckdb.connect(config=spill()) as con:
        attach(con, path, _OUT)
        for table in content.tables_of(con, _OUT, content.RELEASED_SCHEMAS):
            if table.full_name in ("ops.release", "ops.quarantine"):
                continue  # made here; cells left out on purpose
            if content.hash_table(con, _OUT, table) != expected[table.full_name]:
                raise ReleaseError(f"{path.name}: {table.full_name} differs from the candidate; it is not released.")


def _versions() -> dict[str, str]:
    try:
        own = version("acrm")
    except Exception:  # running from a tree that is not installed
        own = "0"
    return {"acrm": own, "duckdb": duckdb.__version__, "content_hash": content.ALGORITHM}
