"""The connection for analysts, dashboards and notebooks: reads a release and can do nothing else."""

from pathlib import Path

import duckdb

from orchestration.release import files
from orchestration.release.model import ReleaseError, list_releases, release_path
from orchestration.release.verify import find_release, is_intact
from orchestration.settings import Settings
from orchestration.spill import spill

_LOCKED = {"enable_external_access": "false", "lock_configuration": "true"}
_checked: dict[tuple[int, int, int], bool] = {}  # (inode, size, mtime) of release files -> intact


def connect(settings: Settings, release_id: str | None = None) -> duckdb.DuckDBPyConnection:
    """A locked read-only connection to the serving release, or to a named one.

    The release's own file is opened, not `current.duckdb`: DuckDB shares one database per path within a process, so
    a second connection to a switched path would still see the old release. SHA-256 is checked once per file and
    process; if the serving file is damaged, the newest good release is opened instead.
    """
    return locked(_good_file(settings, release_id))


def locked(path: Path) -> duckdb.DuckDBPyConnection:
    """A locked read-only connection to a release's file that is known to be whole."""
    return duckdb.connect(str(path), read_only=True, config=_LOCKED | spill(path.stem))


def _good_file(settings: Settings, release_id: str | None) -> Path:
    wanted = release_id or files.current_id(settings)
    candidates = [find_release(settings, wanted)] if wanted else []
    if release_id is None:
        candidates += reversed(list_releases(settings))
    for info in candidates:
        path = release_path(settings, info.release_id)
        if not path.exists():
            continue  # pruned a moment ago
        seen = path.stat()
        key = (seen.st_ino, seen.st_size, seen.st_mtime_ns)
        if key not in _checked:
            _checked[key] = is_intact(settings, info)
        if _checked[key]:
            return path
    raise ReleaseError(f"No good release in {settings.releases}; run `acrm run`, or see `acrm release verify`.")
