"""The record of a run: CRM_HOME/runs/<run id>.jsonl, one line per event, the last one with the sums.

Every line is one write to a file opened for appending, so a run that is killed leaves a readable file without a last
line. A kernel lock on the file tells such a run from one that still works. Trouble with the record, with the page or
with a notification is a warning on standard error: it never changes what the run does or its exit code.
"""

import fcntl
import getpass
import json
import os
import shlex
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from orchestration.progress import Event, listening
from orchestration.runs.read import RUN_ID, Run, last_runs, prune
from orchestration.runs.tally import Tally, clean
from orchestration.settings import Settings

FORMAT = 1
LINES = 5_000  # of one record; what comes after is in the sums only
_recording: dict[Path, "RunLog"] = {}


class RunLog:
    """The record of one run while it is written; a listener to events, from any thread."""

    def __init__(self, settings: Settings, by: str) -> None:
        self.tally = Tally()
        self.whole = True  # False when only a part of the graph was asked for
        self.failed: BaseException | None = None
        self.stopped = False
        self._settings, self._start, self._guard, self._lines = settings, perf_counter(), threading.Lock(), 0
        self._before = _serving(settings)
        self._fd: int | None = None
        self.run_id = datetime.now(UTC).strftime(RUN_ID)
        with guarded("the record of this run cannot be written"):
            self.run_id, self._fd = _opened(settings.runs)
        self._start_line = {"format": FORMAT, "by": clean(by), **_who(), "release": self._before}
        self._write({"event": "run_started", **self._start_line})

    def __call__(self, event: Event) -> None:
        with self._guard:
            line = self.tally.line(event)
            if line is not None and self._lines < LINES:
                self._write(line)

    def end(self, error: BaseException | None) -> Run:
        """Write the last line; the run as it is on record, also when the disk did not take it.

        An error that is no Exception (Ctrl-C) means that somebody stopped the run.
        """
        error = error or self.failed
        stopped = self.stopped or (error is not None and not isinstance(error, Exception))
        release = self.tally.released
        created = bool(release and release.facts.get("created"))
        good = "released" if created else "nothing_new" if self.whole or release else "partial"
        line = {
            "state": "stopped" if stopped else "failed" if error is not None else good,
            "seconds": round(perf_counter() - self._start, 3),
            "step": self.tally.step,
            "error": None if error is None or stopped else [kind.__name__ for kind in type(error).__mro__[:-1]],
            "release_before": self._before,
            "release_after": _serving(self._settings),
            "as_of": str(release.facts["as_of"]) if release else None,
            **self.tally.sums(error),
        }
        self._write({"event": "run_ended", **line})
        path = self._settings.runs / f"{self.run_id}.jsonl"
        return Run(self.run_id, path, line["state"], line["step"], self._start_line, line)

    def notified(self, channel: str, problem: str) -> None:
        """Note that a notification went out, or what kept it from doing so."""
        self._write({"event": "notified", "channel": channel, "ok": not problem, "problem": problem})

    def close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _write(self, line: dict[str, Any]) -> None:
        if self._fd is None:
            return
        event = {"event": line.pop("event"), "at": datetime.now(UTC).isoformat(timespec="milliseconds")}
        self._lines += 1
        try:
            os.write(self._fd, (json.dumps({**event, **line}, ensure_ascii=False) + "\n").encode())
        except OSError as error:
            self.close()
            warn(f"the record of this run breaks off: {error.strerror}")


def _opened(folder: Path) -> tuple[str, int]:
    folder.mkdir(parents=True, exist_ok=True)
    while True:
        run_id = datetime.now(UTC).strftime(RUN_ID)
        try:
            mode = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            fd = os.open(folder / f"{run_id}.jsonl", mode, 0o640)
        except FileExistsError:
            continue
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return run_id, fd


def _who() -> dict[str, Any]:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container without an entry for its user
        user = str(os.getuid())
    command = shlex.join([Path(sys.argv[0] or "python").name, *sys.argv[1:]])
    return {"command": clean(command), "user": user, "host": socket.gethostname(), "pid": os.getpid()}


def _serving(settings: Settings) -> str | None:
    from orchestration.release.files import current_id

    with guarded("which release serves cannot be told"):
        return current_id(settings)
    return None


@contextmanager
def recorded(settings: Settings, by: str) -> Iterator[RunLog]:
    """Record what happens inside as one run of `by`; inside another recorded run of this process, as part of that.

    At its end the status page is written, old records are deleted, and who is to be notified is notified.
    """
    if (running := _recording.get(settings.home)) is not None:
        yield running
        return
    log, error = RunLog(settings, by), None
    _recording[settings.home] = log
    try:
        with listening(log):
            yield log
    except BaseException as raised:
        error = raised
        raise
    finally:
        del _recording[settings.home]
        _close_books(settings, log, error)


def _close_books(settings: Settings, log: RunLog, error: BaseException | None) -> None:
    from orchestration.notify import tell
    from orchestration.runs.page import write

    run = log.end(error)
    with guarded("nobody was notified"):
        for channel, problem in tell(run, [other for other in last_runs(settings) if other.run_id < run.run_id]):
            log.notified(channel, problem)
            if problem:
                warn(f"the notification by {channel} was not delivered: {problem}")
    log.close()
    with guarded("the status page was not written"):
        prune(settings)
        write(settings)


@contextmanager
def guarded(trouble: str) -> Iterator[None]:
    """Turn an exception into a warning: what is done here only tells about the run."""
    try:
        yield
    except Exception as error:
        warn(f"{trouble}: {error.strerror if isinstance(error, OSError) else type(error).__name__}")


def warn(text: str) -> None:
    """One line on standard error."""
    print(f"warning: {text}", file=sys.stderr, flush=True)
