"""One writer at a time; who waits learns who holds (F-09, F-11)."""

import os
import subprocess
import sys
import textwrap
import time

import pytest

from orchestration.ingestion.lock import LockHeld, writer_lock
from orchestration.ingestion.store import WarehouseBusy, connect
from orchestration.settings import settings

HOLD = """
    import sys, time
    from orchestration.ingestion.lock import writer_lock
    from orchestration.ingestion.store import connect
    from orchestration.settings import settings
    with writer_lock(settings()):
        con = connect(settings())
        print("held", flush=True)
        time.sleep(float(sys.argv[1]))
"""


def _holder(seconds: float) -> subprocess.Popen:
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLD), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout.readline() == "held\n"
    return child


def test_the_second_writer_fails_in_time_with_the_pid_of_the_first(home, monkeypatch) -> None:
    monkeypatch.setenv("CRM_LOCK_WAIT", "0.3")
    child = _holder(30)
    try:
        with (
            pytest.raises(LockHeld, match=rf"process {child.pid} \(-c 30, since .*waited 0.3 s") as caught,
            writer_lock(settings()),
        ):
            pass
        assert caught.value.pid == child.pid
        with pytest.raises(WarehouseBusy, match=f"open in process {child.pid}"):
            connect(settings())
    finally:
        child.kill()
        child.wait()
    with writer_lock(settings()):  # a killed holder leaves nothing to clean up
        connect(settings()).close()


def test_the_second_writer_waits_for_the_first_to_end(home, monkeypatch) -> None:
    monkeypatch.setenv("CRM_LOCK_WAIT", "30")
    child = _holder(0.5)
    start = time.monotonic()
    with writer_lock(settings()):
        assert time.monotonic() - start > 0.1
    assert child.wait() == 0


def test_the_holder_may_ask_again(home) -> None:
    with writer_lock(settings()), writer_lock(settings()):
        assert str(os.getpid()) in settings().lock.read_text()
