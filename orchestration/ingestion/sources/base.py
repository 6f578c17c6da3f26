"""What every source hands over, and how it fails."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.ingestion.model import FeedError


@dataclass(frozen=True)
class Extract:
    """A delivery that was read from a system: its file, the name to land it under, and the state to commit with it.

    The name says which window was read: the same window read again, with late rows in it, carries the same name.
    """

    path: Path
    name: str
    state: dict[str, Any]


class SourceError(FeedError):
    """A source could not be read. The message names the feed and says what to change; it holds no secret."""


def from_environment(feed: str, variable: str | None, what: str) -> str:
    """The value of an environment variable that a feed names."""
    if not variable:
        raise SourceError(f"feed {feed}: {what} is missing; name the environment variable that holds it")
    if not (value := os.environ.get(variable)):
        raise SourceError(f"feed {feed}: {what} is read from environment variable {variable}, which is not set")
    return value


def file_name(feed: str, start: object | None, reached: object | None, suffix: str) -> str:
    """`orders_from_2024-05-01T080000_to_2024-05-01T120000.parquet`; a source without cursor is always one whole."""

    def short(value: object) -> str:
        text = value.isoformat() if hasattr(value, "isoformat") else str(value)
        return "".join(c if c.isalnum() or c in "-." else "_" for c in text.replace(":", ""))[:40]

    parts = [feed]
    parts += ["from", short(start)] if start is not None else []
    parts += ["to", short(reached)] if reached is not None else []
    return "_".join(parts) + suffix


def without(text: str, *secrets: str | None) -> str:
    """`text` with every secret blanked out."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return text
