"""Records of runs read back, also those that a kill or a full disk cut off."""

import fcntl
import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.settings import Settings

RUN_ID = "%Y%m%d-%H%M%S-%f"  # UTC; sorted by name they are sorted by time
GOOD, BAD = ("released", "nothing_new"), ("failed", "unfinished")
IDLE_SHARE = 5  # of the records kept, one in so many may be of a run without news


@dataclass(frozen=True)
class Run:
    """One run. `state`: released, nothing_new, partial, failed, stopped, running, or unfinished (killed).

    `start` and `end` are the first and the last line of the record; `end` is empty when there is none.
    """

    run_id: str
    path: Path
    state: str
    step: str = ""  # reached last
    start: dict[str, Any] = field(default_factory=dict)
    end: dict[str, Any] = field(default_factory=dict)

    @property
    def started_at(self) -> datetime:
        """UTC, from the id."""
        return datetime.strptime(self.run_id, RUN_ID)

    @property
    def seconds(self) -> float | None:
        return self.end.get("seconds")

    @property
    def counts(self) -> dict[str, int]:
        return self.end.get("counts", {})

    @property
    def error(self) -> str:
        """Class of the error that ended it, empty when none did."""
        return (self.end.get("error") or [""])[0]

    @property
    def by(self) -> str:
        """Who or what started it."""
        return self.start.get("by") or "–"

    @property
    def broken(self) -> list[str]:
        """Models that did not build."""
        return self.end.get("broken_models", [])

    @property
    def stopping(self) -> list[dict[str, Any]]:
        """Failed checks that forbade the release."""
        return [check for check in self.end.get("failed_checks", []) if check["stops"]]


def last_runs(settings: Settings) -> list[Run]:
    """All runs on record, the newest first. Files that are not records are passed over."""
    found = []
    for path in sorted(settings.runs.glob("*.jsonl"), reverse=True):
        try:
            found.append(_read(path))
        except (OSError, ValueError, KeyError):
            continue
    return found


def _read(path: Path) -> Run:
    lines = path.read_bytes().splitlines()
    start = end = None
    for raw in lines:
        if raw.startswith(b'{"event": "run_'):
            line = _parsed(raw)
            start, end = (line, end) if line.get("event") == "run_started" else (start, line or end)
    datetime.strptime(path.stem, RUN_ID)
    if end:
        return Run(path.stem, path, end["state"], end["step"], start or {}, end)
    step = next((line["step"] for line in map(_parsed, reversed(lines)) if "step" in line), "")
    return Run(path.stem, path, "running" if _is_written(path) else "unfinished", step, start or {})


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        line = json.loads(raw)
    except ValueError:  # cut off
        return {}
    return line if isinstance(line, dict) else {}


def _is_written(path: Path) -> bool:
    """Does a living process hold the record?"""
    fd = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(fd)


def prune(settings: Settings) -> None:
    """Delete the oldest records beyond CRM_RUNS_KEPT; of runs without news far fewer are kept."""
    room = {True: max(1, settings.runs_kept // IDLE_SHARE), False: max(1, settings.runs_kept)}
    for run in last_runs(settings):
        idle = run.state == "nothing_new" and not run.counts
        room[idle] -= 1
        if room[idle] < 0 and run.state != "running":
            run.path.unlink(missing_ok=True)


def since_last_word(runs: list[Run]) -> tuple[Run | None, int]:
    """Of runs before another, newest first: the last one that proves something, and how many failed in a row."""
    decisive = [run for run in runs if run.state in GOOD or run.state in BAD]
    bad = next((place for place, run in enumerate(decisive) if run.state not in BAD), len(decisive))
    return (decisive[0] if decisive else None), bad
