"""Chunks read ahead in a thread, so that scanning and parsing overlap with the database's insert."""

import queue
import threading
from collections.abc import Iterator

from orchestration.ingestion.model import Chunk, Reader
from orchestration.ingestion.row_groups import in_row_groups

AHEAD = 1  # chunks in waiting; bounds memory


def prefetched(reader: Reader, lock: threading.Lock) -> Iterator[Chunk]:
    """The chunks of a reader, in order; an error of the reader is raised here. Checks that each chunk is complete.

    Hold `lock` to use the reader in between: readers need not be safe to call from two threads at once.
    """
    ready: queue.Queue = queue.Queue(AHEAD)
    stop = threading.Event()

    def produce() -> None:
        try:
            for chunk in in_row_groups(_whole(reader, lock)):
                _ = chunk.tidy
                if not _put(ready, chunk, stop):
                    return
            _put(ready, None, stop)
        except BaseException as error:  # handed to the consumer, whatever it is
            _put(ready, error, stop)

    thread = threading.Thread(target=produce, name="reader", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        thread.join()


def _whole(reader: Reader, lock: threading.Lock) -> Iterator[Chunk]:
    chunks = iter(reader.chunks())
    while True:
        with lock:
            chunk = next(chunks, None)
        if chunk is None:
            return
        if chunk.records != chunk.table.num_rows + len(chunk.bad):
            raise AssertionError(
                f"reader lost records: {chunk.records} counted, {chunk.table.num_rows} parsed, {len(chunk.bad)} refused"
            )
        yield chunk


def _put(ready: queue.Queue, item: object, stop: threading.Event) -> bool:
    """Queue an item; false when the consumer has left."""
    while not stop.is_set():
        try:
            ready.put(item, timeout=0.1)
            return True
        except queue.Full:
            continue
    return False
