"""One writer per warehouse: an advisory lock on CRM_HOME/.lock that names its holder."""

import fcntl
import json
import os
import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from orchestration.settings import Settings, seconds

POLL_SECONDS = 0.1
_held: set[tuple[int, Path]] = set()


class LockHeld(Exception):
    """Another process writes to this warehouse. `pid` is its process id when it could be read."""

    def __init__(self, message: str, pid: int | None = None) -> None:
        super().__init__(message)
        self.pid = pid


def _holder(fd: int) -> dict:
    """What the holder wrote into the lock file; empty while it is still writing."""
    try:
        return json.loads(os.pread(fd, 4096, 0) or b"{}")
    except (ValueError, OSError):
        return {}


@contextmanager
def writer_lock(settings: Settings) -> Iterator[None]:
    """Hold the writer lock of the warehouse; wait up to CRM_LOCK_WAIT seconds (default 10), else LockHeld.

    The kernel frees the lock when the process ends in any way, so a crash leaves nothing to clean up. What the file
    says is only information for people. A process that holds the lock may ask for it again.
    """
    if (os.getpid(), settings.lock) in _held:
        yield
        return
    wait = seconds("CRM_LOCK_WAIT", "10")
    settings.home.mkdir(parents=True, exist_ok=True)
    fd = os.open(settings.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _acquire(fd, wait, settings)
        command = shlex.join([Path(sys.argv[0] or "python").name, *sys.argv[1:]])
        who = {"pid": os.getpid(), "command": command, "since": datetime.now(UTC).isoformat(timespec="seconds")}
        os.ftruncate(fd, 0)
        os.pwrite(fd, json.dumps(who).encode(), 0)
        _held.add((os.getpid(), settings.lock))
        try:
            yield
        finally:
            _held.discard((os.getpid(), settings.lock))
            os.ftruncate(fd, 0)
    finally:
        os.close(fd)


def _acquire(fd: int, wait: float, settings: Settings) -> None:
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)
                continue
        who = _holder(fd)
        name = f"process {who['pid']} ({who['command']}, since {who['since']})" if who else "another process"
        raise LockHeld(
            f"{settings.home}: {name} is writing to this warehouse; waited {wait:g} s. "
            "Try again when it has ended, or set CRM_LOCK_WAIT to wait longer.",
            who.get("pid"),
        )
