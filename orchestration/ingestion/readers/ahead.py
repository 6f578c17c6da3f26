"""Reads one step ahead: the next chunk is made while the caller still works on this one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
_END = object()


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items, each made in a thread while the one before is in use. Errors arrive where they belong."""
    with ThreadPoolExecutor(1, thread_name_prefix="reader") as pool:
        coming = pool.submit(next, items, _END)
        try:
            while (item := coming.result()) is not _END:
                coming = pool.submit(next, items, _END)
                yield item
        finally:
            coming.exception()  # a generator must not be closed while it runs
            if hasattr(items, "close"):
                items.close()
