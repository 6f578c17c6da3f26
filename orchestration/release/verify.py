"""Is a release what its manifest says? And what to serve when it is not."""

from dataclasses import dataclass

import duckdb

from orchestration.release import content, files
from orchestration.release.copy import attach
from orchestration.release.model import ReleaseError, ReleaseInfo, list_releases, release_path
from orchestration.release.rejected import rejected_contents
from orchestration.settings import Settings
from orchestration.spill import spill

_FILE = "release_file"


@dataclass(frozen=True)
class Verdict:
    """What verifying a release found; no problems means that its bytes and rows are as released."""

    release_id: str
    serving: bool
    problems: tuple[str, ...]

    @property
    def good(self) -> bool:
        return not self.problems


def find_release(settings: Settings, release_id: str) -> ReleaseInfo:
    """The release of this id; ReleaseError names those that exist."""
    releases = list_releases(settings)
    for info in releases:
        if info.release_id == release_id:
            return info
    known = ", ".join(info.release_id for info in releases) or "none"
    raise ReleaseError(f"No complete release {release_id!r}; there are: {known}.")


def is_intact(settings: Settings, info: ReleaseInfo) -> bool:
    """Do the bytes of the release's file have the SHA-256 of its manifest?"""
    path = release_path(settings, info.release_id)
    return path.exists() and path.stat().st_size == info.bytes and files.sha256_of(path) == info.sha256


def verify(settings: Settings, release_id: str | None = None) -> Verdict:
    """Check bytes (size, SHA-256, no write-ahead log) and rows (content hash) of a release; by default of `current`."""
    serving = files.current_id(settings)
    release_id = release_id or serving
    if release_id is None:
        present = settings.current_release.exists()
        problem = "current.duckdb is damaged: it is no release with a manifest" if present else "there is no release"
        return Verdict("none", present, (problem,))
    info = find_release(settings, release_id)
    path = release_path(settings, release_id)
    problems = []
    for log in {files.wal_of(path)} | ({files.wal_of(settings.current_release)} if release_id == serving else set()):
        if log.exists():
            problems.append(f"{log.name}: somebody wrote into the release")
    if path.stat().st_size != info.bytes:
        problems.append(f"{path.name}: {path.stat().st_size:,} bytes, the manifest says {info.bytes:,}")
    elif files.sha256_of(path) != info.sha256:
        problems.append(f"{path.name}: SHA-256 differs from the manifest")
    else:
        problems += _row_problems(settings, info)
    return Verdict(release_id, release_id == serving, tuple(problems))


def fall_back(settings: Settings) -> str | None:
    """Serve the newest good release when `current.duckdb` is damaged or missing; its id, None when nothing was wrong.

    Releases that were rolled back come last. The damaged file stays for inspection until it is pruned.
    """
    releases = list_releases(settings)
    serving = files.current_id(settings)
    if any(info.release_id == serving and is_intact(settings, info) for info in releases):
        return None
    rejected = rejected_contents(settings)
    for info in sorted(releases, key=lambda info: (info.content_hash not in rejected, info.number), reverse=True):
        if is_intact(settings, info):
            files.switch_to(settings, info.release_id)
            return info.release_id
    if settings.current_release.exists():
        raise ReleaseError(
            f"{settings.current_release} is damaged and no release in {settings.releases} is good. "
            "Delete current.duckdb and run `acrm run`; landing and ledger hold everything needed."
        )
    return None


def _row_problems(settings: Settings, info: ReleaseInfo) -> list[str]:
    """Recompute row counts and hashes of the public tables."""
    if info.versions.get("duckdb") != duckdb.__version__:
        return []  # hashes of rows compare only within one DuckDB version; the bytes were checked
    problems = []
    # Attached to a database of its own: a file that is also open here with other options would refuse to open again.
    with duckdb.connect(config=settings.engine | spill()) as con:
        try:
            attach(con, release_path(settings, info.release_id), _FILE)
            found = {
                table.full_name: content.hash_table(con, _FILE, table)
                for table in content.tables_of(con, _FILE, content.PUBLIC_SCHEMAS)
            }
        except duckdb.Error as error:
            return [f"{info.release_id}: cannot be read: {error}"]
    for name in sorted(found.keys() | {n for n in info.tables if n.split(".")[0] in content.PUBLIC_SCHEMAS}):
        if found.get(name) != info.tables.get(name):
            problems.append(f"{name}: rows differ from the manifest")
    if not problems and content.combine(found) != info.content_hash:
        problems.append("content hash differs from the manifest")
    return problems
