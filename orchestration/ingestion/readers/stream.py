"""Delivered bytes as a stream that can be read again from any offset: plain files and gzip."""

import gzip
import zlib
from pathlib import Path
from typing import BinaryIO

from orchestration.ingestion.limits import LIMITS, Limits
from orchestration.ingestion.model import DeliveryRejected


class ByteStream:
    """Reads a file, unpacking gzip by its magic number. Offsets count unpacked bytes."""

    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        self.path, self._limits = path, limits
        with path.open("rb") as file:
            self.packed = file.read(2) == b"\x1f\x8b"
        self._file: BinaryIO | None = None
        self._at = 0

    def seek(self, offset: int) -> None:
        """Make the next read start at `offset` (gzip: forward is cheap, backward unpacks from the start)."""
        if self._file is not None and offset == self._at:
            return
        if self._file is None or (self.packed and offset < self._at):
            self.close()
            opened = gzip.open if self.packed else open
            self._file = opened(self.path, "rb")  # closed by close()
            self._at = 0
        if not self.packed:
            self._file.seek(offset)
            self._at = offset
        while self._at < offset:
            if not self.read(min(offset - self._at, 1 << 20)):
                return

    def read(self, size: int) -> bytes:
        """Up to `size` bytes, less only at the end. Raises DeliveryRejected for a broken or absurd archive."""
        if self._file is None:
            self.seek(0)
        parts, missing = [], size
        try:
            while missing and (part := self._file.read(missing)):
                parts.append(part)
                missing -= len(part)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise DeliveryRejected(
                "truncated_gzip",
                f"{self.path.name}: the gzip archive is damaged or cut off ({error}); deliver the file again",
            ) from error
        self._at += size - missing
        if self.packed and self._at > max(self._limits.unpacked_floor, self._limits.ratio * self.path.stat().st_size):
            raise DeliveryRejected(
                "archive_too_large",
                f"{self.path.name}: unpacks to more than {self._limits.ratio} times its size; deliver it unpacked",
            )
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def again(self) -> "ByteStream":
        """A second, independent stream over the same file."""
        return ByteStream(self.path, self._limits)

    def original(self, record: bytes) -> bytes:
        """The bytes as delivered."""
        return record

    def close(self) -> None:
        """Release the file; the next read opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None


class MemoryStream:
    """Bytes in memory with the manners of ByteStream; `path` names the file they were made from."""

    packed = False

    def __init__(self, path: Path, data: bytes) -> None:
        self.path, self._data, self._at = path, data, 0

    def again(self) -> "MemoryStream":
        """A second, independent stream over the same bytes."""
        return MemoryStream(self.path, self._data)

    def original(self, record: bytes) -> bytes:
        """The bytes as they are here."""
        return record

    def seek(self, offset: int) -> None:
        """Make the next read start at `offset`."""
        self._at = offset

    def read(self, size: int) -> bytes:
        """Up to `size` bytes, less only at the end."""
        part = self._data[self._at : self._at + size]
        self._at += len(part)
        return part
