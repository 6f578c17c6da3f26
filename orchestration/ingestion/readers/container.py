"""Parquet and Excel: formats whose parsers trust the file, read in a process of its own with little to lose (F-44).

The worker (worker.py) has a limited address space and processor time. It sends its records as Arrow streams: the
delivered columns, and a last one that holds, for a record that could not be read, the reason as JSON. When the worker
dies, the delivery is rejected and the run goes on.
"""

import fcntl
import json
import os
import select
import signal
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from contextlib import suppress
from io import BufferedReader, FileIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.ingestion.limits import LIMITS, MB, Limits
from orchestration.ingestion.model import BadRecord, Chunk, DeliveryRejected, FilesSource
from orchestration.ingestion.readers.ahead import ahead
from orchestration.ingestion.readers.as_text import text
from orchestration.ingestion.readers.columns import check_names, numbered
from orchestration.ingestion.readers.nursery_client import Child, start

KEPT = 24  # chunks that may be asked for by record number without reading again: as many as wait between the threads
STALLED = 10  # a worker that sends nothing for this many times its processor time is stuck


class ContainerReader:
    """Reads one Parquet or Excel file through a worker; see model.Reader. There are no lines and no byte ranges:

    `record_bytes` gives the record as a JSON object of its text values. With `typed`, columns of a chunk whose text
    can be had from their values without loss (as_text.typed) are left as they are, chunk by chunk.
    """

    encoding = None

    def __init__(self, path: Path, source: FilesSource, limits: Limits = LIMITS, *, typed: bool = False) -> None:
        self._path, self._source, self._limits, self._typed = path, source, limits, typed
        self._last: list[tuple[int, pa.Table]] = []
        self.columns: list[str] = []
        self.records = 0
        if not path.stat().st_size:
            return
        self._ready: _Worker | None = self._worker()  # waits with its first batch for chunks()
        schema = self._ready.open().schema
        self.columns, self.records = schema.names[:-1], json.loads(schema.metadata[b"facts"])["records"]
        check_names(path.name, self.columns, limits)

    def _worker(self) -> "_Worker":
        return _Worker(self._path, self._source, self._limits, self._typed)

    def chunks(self) -> Iterator[Chunk]:
        """All records, one chunk ahead of the caller."""
        return ahead(self._chunks())

    def _chunks(self) -> Iterator[Chunk]:
        """A worker that ends early, or sends other than it announced, rejects the delivery."""
        if not self.columns:
            return
        done = 0
        worker, self._ready = self._ready or self._worker(), None
        with worker:
            for batch in worker.batches(self.records):
                chunk = self._chunk(pa.Table.from_batches([batch]), done)
                done += chunk.records
                yield chunk
        if done != self.records:
            raise DeliveryRejected(
                "wrong_count", f"{self._path.name}: announces {self.records:,} records and holds {done:,}", done
            )

    def _chunk(self, table: pa.Table, done: int) -> Chunk:
        self._last = [*self._last[1 - KEPT :], (done + 1, table)]
        numbers = np.arange(done + 1, done + 1 + table.num_rows)
        reasons, table = table.column(table.num_columns - 1), table.select(self.columns)
        if reasons.null_count == len(reasons):
            return Chunk(len(reasons), numbered(table, numbers))
        good = pc.is_null(reasons)
        bad = [
            BadRecord(record_no=int(number), content=why.pop("content").encode(), **why)
            for number, reason in zip(numbers, reasons.to_pylist(), strict=True)
            if reason is not None and (why := json.loads(reason))
        ]
        return Chunk(len(reasons), numbered(table.filter(good), numbers[good.to_numpy()]), bad)

    def record_bytes(self, record_nos: Sequence[int]) -> dict[int, bytes]:
        """The records as JSON objects of text."""
        wanted = sorted(set(record_nos))
        found = self._from_last(wanted)
        if len(found) < len(wanted):
            kept = self._last
            for _ in self.chunks():
                found |= self._from_last(wanted)
                if len(found) == len(wanted):
                    break
            self._last = kept
        return found

    def _from_last(self, wanted: Sequence[int]) -> dict[int, bytes]:
        found = {}
        for first, table in self._last:
            rows = [number for number in wanted if first <= number < first + table.num_rows]
            taken = table.take(pa.array([number - first for number in rows], pa.int64()))
            texts = [text(column.combine_chunks()) for column in taken.columns]
            records = pa.table(texts, names=taken.column_names).to_pylist()
            for number, record in zip(rows, records, strict=True):
                reason = record.pop(table.column_names[-1])
                content = json.loads(reason)["content"] if reason else json.dumps(record, ensure_ascii=False)
                found[number] = content.encode()
        return found

    def line_numbers(self, record_nos: Sequence[int]) -> dict[int, int]:
        """Nothing: these formats have no lines."""
        return {}


class _Worker:
    """The worker process as a context that gives its batches and turns its failures into DeliveryRejected."""

    def __init__(self, path: Path, source: FilesSource, limits: Limits, typed: bool) -> None:
        self._path = path
        seconds = limits.probe_seconds + path.stat().st_size // MB * 2
        options = {
            "path": str(path.absolute()),
            "format": source.format,
            "sheet": source.sheet,
            "header": source.header,
            "columns": source.columns,
            "memory": limits.probe_memory,
            "seconds": seconds,
            "max_columns": limits.columns,
            "unpacked": limits.unpacked,
            "ratio": limits.ratio,
            "batch": limits.block // 2,
            "typed": typed,
        }
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 closed in _end
        self._stream: pa.ipc.RecordBatchStreamReader | None = None
        out, into = os.pipe()
        self._out = BufferedReader(_Pipe(out, seconds * STALLED))
        with suppress(OSError, AttributeError):  # Linux: fewer changes between the processes
            fcntl.fcntl(into, fcntl.F_SETPIPE_SZ, MB)
        try:
            with tempfile.TemporaryFile() as task:
                task.write(json.dumps(options).encode())
                task.seek(0)
                self._process = start(task, into, self._errors)
        finally:
            os.close(into)
        self._stop = weakref.finalize(self, _stop, os.getpid(), self._process, self._out)

    def __enter__(self) -> "_Worker":
        return self

    def open(self) -> pa.ipc.RecordBatchStreamReader:
        """The first stream, once its schema has arrived. Raises DeliveryRejected."""
        try:
            self._stream = self._stream or pa.ipc.open_stream(self._out)
            return self._stream
        except (pa.ArrowInvalid, OSError) as error:
            self._end()
            raise self._failure() from error

    def batches(self, records: int) -> Iterator[pa.RecordBatch]:
        """Batches of all streams; a worker that ends early ends them."""
        stream, done = self.open(), 0
        while True:
            for batch in stream:
                done += batch.num_rows
                yield batch
            if done >= records or not self._out.peek(1):
                return
            stream = pa.ipc.open_stream(self._out)

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> None:
        if kind is not None and not issubclass(kind, (pa.ArrowInvalid, OSError)):
            self._process.kill()  # the caller stopped early
            self._end()
            return
        self._end()
        if self._process.returncode or kind is not None:
            raise self._failure() from error

    def _end(self) -> None:
        self._out.close()
        self._process.wait()
        self._stop.detach()

    def _failure(self) -> DeliveryRejected:
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        name, code = self._path.name, self._process.returncode
        if code == 3 and lines:
            told = json.loads(lines[-1])
            return DeliveryRejected(told["reason"], f"{name}: {told['message']}")
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            return DeliveryRejected("too_expensive", f"{name}: takes more processor time than its size allows")
        last = lines[-1] if lines else f"ended with {code}"
        return DeliveryRejected("unsafe_file", f"{name}: cannot be read within the limits for untrusted files ({last})")


class _Pipe(FileIO):
    """The reading end of a pipe that is not waited for without end."""

    def __init__(self, descriptor: int, seconds: float) -> None:
        super().__init__(descriptor, "rb")
        self._seconds = seconds

    def readinto(self, buffer: memoryview) -> int:
        """As FileIO; TimeoutError when nothing comes."""
        if not select.select([self], [], [], self._seconds)[0]:
            raise TimeoutError(f"no data for {self._seconds} seconds")
        return super().readinto(buffer)


def _stop(owner: int, process: Child, out: BufferedReader) -> None:
    if os.getpid() != owner:
        return  # a fork of the main process ends; the child is not its own
    process.kill()
    out.close()
    process.wait()
