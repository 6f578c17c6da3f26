"""Release files on disk: sealing, switching, cleaning. Every step is atomic or repeatable.

A release exists from the moment its manifest does; it serves from the moment `current.duckdb` is renamed onto it.
"""

import os
import shutil
from pathlib import Path

from orchestration.durable import sha256_of, sync
from orchestration.ingestion.killpoints import reach
from orchestration.release.model import RELEASE_ID, ReleaseError, list_releases, manifest_path, release_path
from orchestration.settings import Settings

UNFINISHED = ".tmp"  # ends the name of everything that is not finished yet
SWITCH_FILE = "current.duckdb" + UNFINISHED


def wal_of(path: Path) -> Path:
    """DuckDB's write-ahead log beside a database file."""
    return path.with_name(path.name + ".wal")


def seal(path: Path) -> tuple[str, int]:
    """Make a closed database file immutable and durable; its SHA-256 and size. Refuses while a WAL lies beside it."""
    if wal_of(path).exists():
        # A database handed over without its WAL silently lacks the rows in it.
        raise ReleaseError(f"{path.name}: a write-ahead log is left beside the finished file; it is not released.")
    path.chmod(0o444)
    sync(path)
    return sha256_of(path), path.stat().st_size


def write_durably(path: Path, text: str) -> None:
    """Write a text file so that it is there whole or not at all."""
    unfinished = path.with_name(path.name + UNFINISHED)
    with unfinished.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    reach("release.before_manifest")
    unfinished.replace(path)
    sync(path.parent)


def switch_to(settings: Settings, release_id: str) -> None:
    """Let `current.duckdb` be this release, by one rename. Open readers keep the file they opened."""
    target, current = release_path(settings, release_id), settings.current_release
    unfinished = settings.releases / SWITCH_FILE
    unfinished.unlink(missing_ok=True)
    try:
        os.link(target, unfinished)
    except OSError:  # a file system without hard links
        shutil.copyfile(target, unfinished)
        unfinished.chmod(0o444)
        sync(unfinished)
    # Readers would replay a foreign WAL onto the new file; release files are never written to.
    wal_of(current).unlink(missing_ok=True)
    reach("release.before_switch")
    if current.exists() and current.samefile(unfinished):
        unfinished.unlink()  # rename between two names of one file does nothing and would leave this one behind
    else:
        unfinished.replace(current)
    sync(settings.releases)
    reach("release.after_switch")


def current_id(settings: Settings) -> str | None:
    """Id of the release that `current.duckdb` is, by identity of the file, else by its bytes; None when it is none."""
    current = settings.current_release
    if not current.exists():
        return None
    releases = list_releases(settings)
    for info in releases:
        if current.samefile(release_path(settings, info.release_id)):
            return info.release_id
    size = current.stat().st_size
    if any(info.bytes == size for info in releases):
        digest = sha256_of(current)
        return next((info.release_id for info in releases if info.sha256 == digest), None)
    return None


def clean(settings: Settings) -> list[str]:
    """Remove what an interrupted publish left: unfinished files, and a database or manifest without the other."""
    removed = []
    settings.releases.mkdir(parents=True, exist_ok=True)
    for path in settings.releases.iterdir():
        stem = path.name.split(".")[0]
        database, manifest = release_path(settings, stem), manifest_path(settings, stem)
        alone = RELEASE_ID.fullmatch(stem) and not (database.exists() and manifest.exists())
        if not (path.name.endswith((UNFINISHED, ".wal")) or alone):
            continue
        if path.is_dir():  # DuckDB's spill folder
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        removed.append(path.name)
    return removed


def prune(settings: Settings) -> list[str]:
    """Delete all but the newest `releases_kept` releases; never the one that serves. The ids deleted."""
    serving = current_id(settings)
    old = list_releases(settings)[: -max(settings.releases_kept, 1)]
    deleted = []
    for info in old:
        if info.release_id == serving:
            continue
        manifest_path(settings, info.release_id).unlink(missing_ok=True)
        reach("release.mid_prune")
        release_path(settings, info.release_id).unlink(missing_ok=True)
        deleted.append(info.release_id)
    if deleted:
        sync(settings.releases)
    return deleted
