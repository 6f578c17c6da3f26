"""A delimited file as blocks of whole records, counted by the scanner, that can be found again."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from orchestration.ingestion.limits import LIMITS, Limits
from orchestration.ingestion.model import DeliveryRejected
from orchestration.ingestion.readers.stream import ByteStream, MemoryStream
from orchestration.ingestion.readers.wide import WideStream
from orchestration.ingestion.scanner import Dialect, Index, Scan, scan

Stream = ByteStream | WideStream | MemoryStream


@dataclass(frozen=True)
class Place:
    """Where a block lies: byte offset and size, and what comes before it."""

    offset: int
    record: int  # number of its first record, from 1
    line: int  # number of its first physical line, from 1
    scan: Scan


class Blocks:
    """Cuts a stream at record boundaries. Every place that was passed stays known, so records are found quickly."""

    def __init__(self, stream: Stream, dialect: Dialect, limits: Limits = LIMITS) -> None:
        self._stream, self.dialect, self.limits = stream, dialect, limits
        self._places: list[Place] = []
        self.offset, self._first_line = 0, 1
        self._other: Stream | None = None
        self._held: dict[int, tuple[bytes | memoryview, Index]] = {}

    def skip(self, offset: int, lines: int) -> None:
        """Leave out the first bytes and lines: byte order mark and header."""
        self.offset, self._first_line = offset, lines + 1

    def head(self) -> tuple[bytes, Scan, bool]:
        """The first bytes of the stream from the start on, their scan, and whether that is all there is."""
        size = self.limits.quoted_bytes * 2
        self._stream.seek(self.offset)
        data = self._stream.read(size)
        final = len(data) < size
        return data, scan(data, self.dialect, final, self.limits), final

    def __iter__(self) -> Iterator[tuple[Place, memoryview]]:
        offset, record, line = self.offset, 1, self._first_line
        rest, malformed, final = b"", 0, False
        self._places = []
        size = self.limits.block
        while not final:
            self._stream.seek(offset + len(rest))
            fresh = self._stream.read(size)
            final = len(fresh) < size
            data = rest + fresh if rest else fresh
            found = scan(data, self.dialect, final, self.limits)
            malformed += len(found.faults)
            self._check(data, found, final, line, record + found.records - 1, malformed)
            place = Place(offset, record, line, found)
            if found.end:
                self._places.append(place)
                yield place, memoryview(data)[: found.end]
            offset, record, line = offset + found.end, record + found.records, line + found.lines
            rest = data[found.end :]

    def _check(self, data: bytes, found: Scan, final: bool, line: int, records: int, malformed: int) -> None:
        name = self._stream.path.name
        if not final and len(data) - found.end > self.limits.record:
            where = line + found.lines
            raise DeliveryRejected(
                "record_too_long",
                f"{name}, line {where}: longer than {self.limits.record:,} bytes; is this the declared format?",
                records,
            )
        if malformed > self.limits.malformed and malformed * 2 > records:
            raise DeliveryRejected(
                "wrong_dialect",
                f"{name}: {malformed:,} of {records:,} records break the quoting rules; check `quote` and `delimiter`",
                records,
            )

    def index(self, place: Place, data: bytes | memoryview) -> Index:
        """The index of a block. The last few are kept, as the caller may ask for records of them next."""
        held = self._held.get(place.record)
        if held is None:
            held = self._held[place.record] = (data, Index(data, place.scan, self.dialect))
            for old in list(self._held)[:-2]:
                self._held.pop(old, None)
        return held[1]

    def _find(self, record_nos: Sequence[int]) -> Iterator[tuple[Place, memoryview, Index, np.ndarray]]:
        places = self._places
        firsts = [place.record for place in places]
        wanted: dict[int, list[int]] = {}
        for number in sorted(set(record_nos)):
            wanted.setdefault(bisect_right(firsts, number) - 1, []).append(number)
        for which, numbers in wanted.items():
            if which < 0:
                continue
            place = places[which]
            data, index = self._held.get(place.record) or self._load(place)
            rows = np.array([n for n in numbers if n < place.record + place.scan.records], np.int64) - place.record
            yield place, memoryview(data), index, rows

    def _load(self, place: Place) -> tuple[bytes, Index]:
        self._other = self._other or self._stream.again()  # the chunks are being read from the first
        self._other.seek(place.offset)
        data = self._other.read(place.scan.end)
        return data, self.index(place, data)

    def record_bytes(self, record_nos: Sequence[int]) -> dict[int, bytes]:
        """The bytes of records, without their line ends."""
        return {
            place.record + int(row): self._stream.original(bytes(data[index.starts[row] : index.stops[row]]))
            for place, data, index, rows in self._find(record_nos)
            for row in rows
        }

    def line_numbers(self, record_nos: Sequence[int]) -> dict[int, int]:
        """First physical line of records."""
        return {
            place.record + int(row): place.line + int(index.lines[row])
            for place, _, index, rows in self._find(record_nos)
            for row in rows
        }
