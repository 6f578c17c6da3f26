"""A release and its manifest."""

import json
import re
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from orchestration.settings import Settings

RELEASE_ID = re.compile(r"r(\d{6,})-([0-9a-f]{8})")


class ReleaseError(Exception):
    """A release could not be made, found or trusted. The message says what to do."""


@dataclass(frozen=True)
class TableInfo:
    """One table of a release: its row count and the order-independent hash of its rows."""

    rows: int
    content_hash: str


@dataclass(frozen=True)
class ReleaseInfo:
    """What a manifest says. `created` is False when publishing found this release already made."""

    release_id: str
    as_of: date
    built_at: datetime
    content_hash: str
    fingerprint: str
    sha256: str
    bytes: int
    tables: dict[str, TableInfo]
    versions: dict[str, str] = field(default_factory=dict)
    created: bool = True

    @property
    def number(self) -> int:
        return number_of(self.release_id)

    def to_json(self) -> str:
        """The manifest's text."""
        content = asdict(self)
        content.pop("created")
        content["as_of"] = self.as_of.isoformat()
        content["built_at"] = self.built_at.isoformat()
        return json.dumps(content, indent=2, ensure_ascii=False) + "\n"

    def found(self) -> "ReleaseInfo":
        """The same release, marked as not made by this call."""
        return replace(self, created=False)


def number_of(release_id: str) -> int:
    """The running number in a release id such as r000012-1a2b3c4d."""
    if not (match := RELEASE_ID.fullmatch(release_id)):
        raise ReleaseError(f"{release_id!r} is not a release id; they look like r000012-1a2b3c4d.")
    return int(match[1])


def release_path(settings: Settings, release_id: str) -> Path:
    """The database file of a release."""
    return settings.releases / f"{release_id}.duckdb"


def manifest_path(settings: Settings, release_id: str) -> Path:
    """The manifest beside the database file."""
    return settings.releases / f"{release_id}.json"


def read_manifest(path: Path) -> ReleaseInfo:
    """Load a manifest; ReleaseError when it is unreadable."""
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        content["as_of"] = date.fromisoformat(content["as_of"])
        content["built_at"] = datetime.fromisoformat(content["built_at"])
        content["tables"] = {name: TableInfo(**info) for name, info in content["tables"].items()}
        info = ReleaseInfo(**content, created=False)
        number_of(info.release_id)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReleaseError(f"{path}: the manifest cannot be read ({error}).") from error
    if info.release_id != path.stem:
        raise ReleaseError(f"{path}: the manifest speaks of {info.release_id}.")
    return info


def list_releases(settings: Settings) -> list[ReleaseInfo]:
    """All complete releases (database and readable manifest), oldest first."""
    found = []
    for path in settings.releases.glob("r*.json"):
        if RELEASE_ID.fullmatch(path.stem) and path.with_suffix(".duckdb").exists():
            try:
                found.append(read_manifest(path))
            except ReleaseError:
                continue  # `release verify` names it; it is never served
    return sorted(found, key=lambda info: info.number)
