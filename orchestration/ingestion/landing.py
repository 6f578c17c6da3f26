"""Landing: every delivered file kept as it came, under the sha256 of its bytes, never changed.

A copy goes to a temporary name, is synced, then renamed, so that a landed name always means a whole file.
"""

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from glob import has_magic
from pathlib import Path

from orchestration.durable import sync
from orchestration.ingestion.killpoints import reach
from orchestration.ingestion.model import FeedError, FilesSource
from orchestration.settings import Settings, seconds

BLOCK = 4 << 20
UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart", ".done")
SETTLE_SECONDS = seconds("CRM_SETTLE_SECONDS", "2")


class LandingError(Exception):
    """A file cannot be taken in; the message says which and what to do."""


@dataclass(frozen=True)
class Found:
    """A file waiting at its source. `name` is its path below the fixed part of the glob, with `/`."""

    path: Path
    name: str
    version: date | None
    stat: str


@dataclass(frozen=True)
class Landed:
    """A file in landing: `path` is relative to CRM_HOME, `mtime` the source's, UTC."""

    path: str
    name: str
    sha256: str
    bytes: int
    mtime: datetime
    version: date | None


def expand(text: str) -> str:
    """`text` with every `${NAME}` replaced from the environment; FeedError names a variable that is not set."""

    def value(match: re.Match) -> str:
        if match[1] not in os.environ:
            raise FeedError(f"environment variable {match[1]} is not set; set it to what {match[0]} stands for")
        return os.environ[match[1]]

    return re.sub(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}", value, text)


def version_of(name: str, pattern: str | None) -> date | None:
    """The business date in a file name: first group of `pattern`, as 2024-01-31, 20240131, 2024-01 or 202401."""
    match = re.search(pattern, name) if pattern else None
    if not match:
        return None
    digits = re.sub(r"\D", "", match[1])
    try:
        return date(int(digits[:4]), int(digits[4:6] or 1), int(digits[6:8] or 1))
    except ValueError:
        return None


def _fixed_part(pattern: Path) -> Path:
    """The leading folders of a glob that hold no wildcard."""
    parts = pattern.parts[:-1]
    fixed = next((i for i, part in enumerate(parts) if has_magic(part)), len(parts))
    return Path(*parts[:fixed])


def find(source: FilesSource, settings: Settings) -> list[Found]:
    """Files of a feed that are complete, in order of version date, then name.

    A file still being uploaded is left for the next run: names ending in .part or .tmp, files changed within the last
    CRM_SETTLE_SECONDS (default 2) unless `<name>.done` stands beside them, and files whose size changes while we look.
    """
    pattern = expand(source.path)
    absolute = (settings.home / Path(pattern).expanduser()).absolute()
    root = _fixed_part(absolute)
    if not root.is_dir():
        raise LandingError(f"{root}: there is no such folder; create it, or correct the path of the feed")
    found = []
    for path in root.glob(absolute.relative_to(root).as_posix()):
        if path.name.endswith(UNFINISHED) or path.name.startswith(".") or not path.is_file():
            continue
        stat = path.stat()
        done = path.with_name(path.name + ".done").exists()
        if not done and time.time() - stat.st_mtime < SETTLE_SECONDS and not _settles(path, stat):
            continue
        name = path.relative_to(root).as_posix()
        key = f"{stat.st_size}:{stat.st_mtime_ns}:{stat.st_ino}"
        found.append(Found(path, name, version_of(name, source.version), key))
    return sorted(found, key=lambda f: (f.version or date.min, f.name))


def _settles(path: Path, before: os.stat_result) -> bool:
    """Wait until the file is old enough to trust, at most SETTLE_SECONDS; false if it grows meanwhile."""
    time.sleep(max(0.0, min(SETTLE_SECONDS, before.st_mtime + SETTLE_SECONDS - time.time())))
    now = path.stat()
    return (now.st_size, now.st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as source:
        while block := source.read(BLOCK):
            yield block


def _suffix(name: str) -> str:
    """The last one or two suffixes of a name where they are plain, so that readers and people see the kind of file."""
    match = re.search(r"(\.[A-Za-z0-9]{1,8}){1,2}$", name)
    return match[0].lower() if match else ""


def land(found: Found, settings: Settings) -> Landed:
    """Copy one file into landing; a file that is already there is not written again. LandingError if it changes."""
    try:
        return _land(found, settings)
    except PermissionError as error:
        raise LandingError(f"{error.filename}: no permission; let this user read it") from None
    except OSError as error:
        raise LandingError(f"{found.path}: cannot be copied to {settings.landing}: {error.strerror or error}") from None


def _land(found: Found, settings: Settings) -> Landed:
    settings.landing.mkdir(parents=True, exist_ok=True)
    before = found.path.stat()
    fd, name = tempfile.mkstemp(prefix=".incoming-", dir=settings.landing)
    temporary = Path(name)
    try:
        digest, size = hashlib.sha256(), 0
        with os.fdopen(fd, "wb") as target, ThreadPoolExecutor(1) as hasher:
            hashed = None
            for block in _blocks(found.path):
                if hashed:
                    hashed.result()
                hashed = hasher.submit(digest.update, block)  # beside the writing, on a second core
                size += len(block)
                target.write(block)
            reach("landing.during_copy")
            target.flush()
            os.fsync(target.fileno())
        after = found.path.stat()
        if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns) or size != after.st_size:
            raise LandingError(f"{found.path}: changed while it was read; it is left for the next run")
        reach("landing.after_copy")
        sha = digest.hexdigest()
        target_path = settings.landing / sha[:2] / (sha + _suffix(found.name))
        if not (target_path.exists() and target_path.stat().st_size == size):
            target_path.parent.mkdir(exist_ok=True)
            temporary.chmod(0o444)
            temporary.replace(target_path)
            sync(target_path.parent)
        reach("landing.after_rename")
    finally:
        temporary.unlink(missing_ok=True)
    mtime = datetime.fromtimestamp(before.st_mtime, UTC).replace(tzinfo=None)
    return Landed(str(target_path.relative_to(settings.home)), found.name, sha, size, mtime, found.version)


def sweep(settings: Settings) -> None:
    """Remove temporary copies that a killed run left behind. Only for the holder of the writer lock."""
    for leftover in settings.landing.glob(".incoming-*"):
        leftover.unlink(missing_ok=True)
