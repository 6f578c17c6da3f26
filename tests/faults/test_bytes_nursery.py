"""F-44: processes that read untrusted containers are limited, cheap to start, and never outlive the main process."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.ingestion.limits import LIMITS
from orchestration.ingestion.model import DeliveryRejected, FilesSource
from orchestration.ingestion.readers import container, nursery_client
from orchestration.ingestion.readers.container import ContainerReader

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
SOURCE = FilesSource(type="files", path="x", format="parquet")


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    path = tmp_path / "delivery.parquet"
    pq.write_table(pa.table({"n": range(1000), "name": [f"n{i}" for i in range(1000)]}), path)
    return path


@pytest.fixture
def long_delivery(tmp_path: Path) -> Path:
    """More than a pipe holds, so that its reader waits half way."""
    path = tmp_path / "long.parquet"
    pq.write_table(pa.table({"n": range(2_000_000)}), path)
    return path


def children(pid: int) -> list[int]:
    """Process ids of the children that live."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().rpartition(") ")
        except OSError:
            continue
        if int(rest.split()[1]) == pid and rest[0] != "Z":
            found.append(int(name.split()[0]))
    return found


def gone(pids: list[int], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(alive(pid) for pid in pids):
            return True
        time.sleep(0.02)
    return False


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


def count(path: Path) -> int:
    return sum(chunk.records for chunk in ContainerReader(path, SOURCE).chunks())


def test_F44_one_nursery_serves_all_files_and_no_child_stays(delivery):
    assert count(delivery) == 1000
    nursery = nursery_client.NURSERY._process.pid
    for _ in range(5):
        assert count(delivery) == 1000
    assert nursery_client.NURSERY._process.pid == nursery
    assert children(nursery) == []
    assert len(list(Path(f"/proc/{nursery}/task").iterdir())) == 1, "forking is safe with one thread only"
    assert len(list(Path(f"/proc/{nursery}/fd").iterdir())) < 10, "descriptors are closed"


def test_F44_a_child_starts_in_a_fraction_of_an_interpreter_s_start(delivery):
    count(delivery)
    times = []
    for _ in range(7):
        start = time.perf_counter()
        count(delivery)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.15  # 15 to 40 ms on an idle machine; an interpreter with pyarrow takes 500


def test_F44_a_reader_that_is_dropped_half_way_ends_its_child(long_delivery):
    reader = ContainerReader(long_delivery, SOURCE)
    chunks = reader.chunks()
    next(chunks)
    chunks.close()
    del reader, chunks
    assert gone(children(nursery_client.NURSERY._process.pid))


def test_F44_a_nursery_that_was_killed_is_started_again(delivery):
    count(delivery)
    old = nursery_client.NURSERY._process.pid
    os.kill(old, signal.SIGKILL)
    nursery_client.NURSERY._process.wait()
    assert count(delivery) == 1000
    assert nursery_client.NURSERY._process.pid != old


def test_F44_without_a_nursery_an_interpreter_of_its_own_reads_the_same(delivery, monkeypatch):
    expected = [chunk.table for chunk in ContainerReader(delivery, SOURCE).chunks()]
    monkeypatch.setattr(nursery_client.NURSERY, "fork", lambda standard: None)
    assert [chunk.table for chunk in ContainerReader(delivery, SOURCE).chunks()] == expected


def test_F44_the_limit_of_memory_holds_in_a_child(tmp_path):
    path = tmp_path / "wide.parquet"
    pq.write_table(pa.table({"text": ["x" * 1000] * 300_000}), path)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(DeliveryRejected) as refusal:
        reader = ContainerReader(path, SOURCE, replace(LIMITS, probe_memory=420 << 20, block=1 << 40))
        list(reader.chunks())
    assert refusal.value.reason in ("unsafe_file", "damaged_parquet")


def test_F44_a_child_that_says_nothing_is_given_up(delivery, monkeypatch):
    reading, writing = os.pipe()  # a child that only holds the pipe open

    class Silent:
        returncode = None

        def kill(self) -> None:
            self.returncode = -9

        wait = kill

    monkeypatch.setattr(container, "STALLED", 0.001)
    monkeypatch.setattr(container, "start", lambda task, out, errors: os.dup2(out, writing) and Silent())
    with pytest.raises(DeliveryRejected):
        ContainerReader(delivery, SOURCE)
    os.close(reading)
    os.close(writing)


MAIN = """
import signal, sys, time
from pathlib import Path
from orchestration.ingestion.model import FilesSource
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job is started with SIGINT ignored
from orchestration.ingestion.readers import nursery_client, open_reader
reader = open_reader(Path(sys.argv[1]), FilesSource(type="files", path="x", format="parquet"))
print(nursery_client.NURSERY._process.pid, flush=True)
{then}
"""


@pytest.mark.parametrize("end", ["killed", "interrupted", "finished"])
def test_F44_nothing_outlives_the_main_process(long_delivery, repo, end):
    then = "" if end == "finished" else "time.sleep(120)"
    command = [sys.executable, "-c", MAIN.format(then=then), str(long_delivery)]
    main = subprocess.Popen(command, cwd=repo, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    with main:
        nursery = int(main.stdout.readline())
        left = [nursery, *children(nursery)]
        if end != "finished":
            assert len(left) == 2, "the nursery, and a child that waits for its pipe"
            main.send_signal(signal.SIGKILL if end == "killed" else signal.SIGINT)
        main.wait(30)
    assert gone(left)


def test_F44_a_killed_nursery_takes_its_children_along(long_delivery):
    reader = ContainerReader(long_delivery, SOURCE)
    nursery = nursery_client.NURSERY._process.pid
    busy = children(nursery)
    assert len(busy) == 1
    os.kill(nursery, signal.SIGKILL)
    assert gone(busy)
    with pytest.raises((DeliveryRejected, OSError)):
        list(reader.chunks())


def test_F44_a_forked_main_process_starts_a_nursery_of_its_own(delivery, repo):
    then = """
import os, signal
pid = os.fork()
if not pid:
    reader = open_reader(Path(sys.argv[1]), FilesSource(type="files", path="x", format="parquet"))
    print(nursery_client.NURSERY._process.pid, sum(c.records for c in reader.chunks()), flush=True)
    sys.exit()
os.waitpid(pid, 0)
print(sum(c.records for c in reader.chunks()), flush=True)
"""
    command = [sys.executable, "-c", MAIN.format(then=then), str(delivery)]
    out = subprocess.run(command, cwd=repo, capture_output=True, text=True, timeout=60, check=True).stdout.split()
    old, new, *counts = out
    assert counts == ["1000", "1000"]
    assert old != new
