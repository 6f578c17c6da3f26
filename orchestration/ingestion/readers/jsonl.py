"""JSON lines: one object per line, all values as text, exactly as written; missing keys and null are null.

The columns are all keys of the file in order of appearance, found by a first pass. A small file that holds one array
or one object over several lines is read as the lines it would be.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from orchestration.ingestion.encoding import Encoding, check_not_utf8
from orchestration.ingestion.limits import LIMITS, Limits
from orchestration.ingestion.model import BadRecord, Chunk, DeliveryRejected
from orchestration.ingestion.readers.ahead import ahead
from orchestration.ingestion.readers.blocks import Blocks, Place
from orchestration.ingestion.readers.columns import RECORD_NO, check_names, numbered
from orchestration.ingestion.readers.json_block import JsonBlock
from orchestration.ingestion.readers.json_record import Broken, fields
from orchestration.ingestion.readers.stream import ByteStream, MemoryStream
from orchestration.ingestion.readers.wide import WideStream
from orchestration.ingestion.scanner import Dialect, Index, scan

LINES = Dialect(quote=None)
_BLOCK = 8 << 20  # the masks of a block take ten times its size
_DOCUMENT = 16 << 20  # a larger array is refused: it would have to be in memory as a whole


class JsonLinesReader:
    """Reads one file of JSON lines; see model.Reader."""

    def __init__(self, stream: ByteStream, encoding: Encoding, limits: Limits = LIMITS) -> None:
        self.encoding = encoding.codec
        self._name, self._limits = stream.path.name, limits
        self._codec, mark, self._numbered = encoding.codec, encoding.mark, True
        self._stream: ByteStream | WideStream | MemoryStream = stream
        if encoding.wide:
            self._codec, self._stream, mark = "utf-8", WideStream(stream, encoding.codec, encoding.mark), 0
        self._stream.seek(mark)
        lines = _as_lines(self._name, self._stream, self._codec)
        if lines is not None:
            self._codec, self._stream, mark = "utf-8", MemoryStream(stream.path, lines), 0
            self._numbered = False
        small = replace(limits, block=min(limits.block, _BLOCK))
        self._blocks = Blocks(self._stream, LINES, small)
        self._only: JsonBlock | None = None  # of a file of one block, kept from the first pass
        self._blocks.skip(mark, 0)
        self.columns = self._keys()
        check_names(self._name, self.columns, limits)

    def _keys(self) -> list[str]:
        found: dict[str, None] = {}
        for place, data in self._blocks:
            index = Index(data, place.scan, LINES)
            block = self._take_apart(data, index)
            self._only = block if place.record == 1 else None
            rows = np.flatnonzero(block.doubtful) if block else np.arange(len(index.starts))
            found |= dict.fromkeys(block.names if block else ())
            for record in self._each(data, index, rows):
                if not isinstance(record, Broken):
                    found |= dict.fromkeys(record)
            if len(found) > self._limits.columns:
                break
        return list(found)

    def _take_apart(self, data: memoryview, index: Index) -> JsonBlock | None:
        """The block by bit masks; None when every record has to be looked at by itself."""
        if self._codec == "utf-8":
            return JsonBlock(data, index)
        check_not_utf8(self._name, data, self._codec)
        try:
            text = str(data, self._codec).encode()
        except UnicodeDecodeError:
            return None
        return JsonBlock(text, Index(text, scan(text, LINES, True), LINES))

    def _each(self, data: memoryview, index: Index, rows: np.ndarray) -> Iterator[dict[str, str | None] | Broken]:
        """Records by themselves: their fields, or what is wrong with them."""
        for start, stop in zip(index.starts[rows].tolist(), index.stops[rows].tolist(), strict=True):
            try:
                yield fields(str(data[start:stop], self._codec))
            except UnicodeDecodeError as error:
                yield Broken("bad_encoding", f"not {self.encoding}: {error.reason} at byte {error.start + 1}")
            except Broken as broken:
                yield broken

    def chunks(self) -> Iterator[Chunk]:
        """All records, one chunk ahead of the caller."""
        return ahead(self._chunks())

    def _chunks(self) -> Iterator[Chunk]:
        for place, data in self._blocks:
            if place.scan.records:
                yield self._chunk(place, data)

    def _chunk(self, place: Place, data: memoryview) -> Chunk:
        index = self._blocks.index(place, data)
        block = self._only or self._take_apart(data, index)
        parts, numbers = [], []
        doubtful = np.ones(len(index.starts), bool)
        if block:
            arrays = [block.column(name) for name in self.columns]  # may find more to doubt
            doubtful = block.doubtful
            numbers.append(np.flatnonzero(~doubtful))
            table = pa.table(arrays, self.columns) if arrays else pa.table({"": pa.nulls(len(doubtful))}).select([])
            parts.append(table.filter(pa.array(~doubtful)) if doubtful.any() else table)
        rows = np.flatnonzero(doubtful)
        records = list(self._each(data, index, rows))
        bad = [
            self._bad(place, data, index, int(row), record)
            for row, record in zip(rows, records, strict=True)
            if isinstance(record, Broken)
        ]
        self._check_encoding(place, bad)
        fine = [(row, record) for row, record in zip(rows, records, strict=True) if not isinstance(record, Broken)]
        if fine:
            columns = [pa.array([record.get(name) for _, record in fine], pa.string()) for name in self.columns]
            parts.append(pa.table(columns, self.columns))
            numbers.append(np.array([row for row, _ in fine], np.int64))
        order = np.concatenate(numbers) if numbers else np.zeros(0, np.int64)
        if not self.columns:  # nothing but empty objects
            table = pa.table({RECORD_NO: pa.array(np.sort(order) + place.record)})
            return Chunk(place.scan.records, table, bad)
        empty = pa.table([pa.array([], pa.string()) for _ in self.columns], self.columns)
        table = numbered(pa.concat_tables(parts or [empty]), order + place.record)
        if len(parts) > 1:
            table = table.take(pa.array(np.argsort(order)))
        return Chunk(place.scan.records, table, bad)

    def _check_encoding(self, place: Place, bad: list[BadRecord]) -> None:
        if sum(one.rule == "bad_encoding" and one.column is None for one in bad) * 2 > place.scan.records:
            raise DeliveryRejected(
                "encoding_mismatch",
                f"{self._name}: most records are not {self.encoding}; correct `encoding:` in the feed",
                place.record + place.scan.records - 1,
            )

    def _bad(self, place: Place, data: memoryview, index: Index, row: int, broken: Broken) -> BadRecord:
        line = place.line + int(index.lines[row]) if self._numbered else None
        return BadRecord(
            record_no=place.record + row,
            content=self._stream.original(bytes(data[index.starts[row] : index.stops[row]])),
            rule=broken.rule,
            message=f"line {line}: {broken}" if line else str(broken),
            line_no=line,
            column=broken.column,
        )

    def record_bytes(self, record_nos: Sequence[int]) -> dict[int, bytes]:
        """The lines as delivered, without line ends; of an array, its elements on one line."""
        return self._blocks.record_bytes(record_nos)

    def line_numbers(self, record_nos: Sequence[int]) -> dict[int, int]:
        """The line of each record; nothing for an array."""
        return self._blocks.line_numbers(record_nos) if self._numbered else {}


def _as_lines(name: str, stream: ByteStream | WideStream, codec: str) -> bytes | None:
    """The lines of a document that is one array or one object over several lines; None for JSON lines."""
    head = stream.read(_DOCUMENT + 1)
    start = head.lstrip()[:1]
    if start == b"{":
        first = head.lstrip().split(b"\n", 1)[0].split(b"\r", 1)[0]
        if first.strip() != b"{" and first.rstrip().endswith(b"}"):
            return None
    elif start != b"[":
        return None
    if len(head) > _DOCUMENT:
        if start == b"[":
            raise _array(name, "is one JSON array and too large to be read as such")
        return None
    try:
        text = head.decode(codec).strip()
        value = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError) as error:
        if start == b"[":
            raise _array(name, f"begins as a JSON array and is not whole ({error})") from error
        return None  # an object that never ends: its lines are judged one by one
    if value[1] != len(text):
        return None
    parts = _elements(text) if start == b"[" else [text]
    return b"".join(
        part.replace("\r", " ").replace("\n", " ").encode("utf-8", "surrogatepass") + b"\n" for part in parts
    )


def _elements(text: str) -> Iterator[str]:
    """The elements of an array, as written."""
    decoder, at = json.JSONDecoder(), 1
    while True:
        while text[at] in " \t\r\n,":
            at += 1
        if text[at] == "]":
            return
        _, end = decoder.raw_decode(text, at)
        yield text[at:end]
        at = end


def _array(name: str, why: str) -> DeliveryRejected:
    return DeliveryRejected("json_array", f"{name}: {why}; deliver one object per line (for example: jq -c '.[]')")
