"""JSON lines: one object per line, all values as text, exactly as written; missing keys and null are null.

The columns are all keys of the file in order of appearance, found by a first pass. A small file that holds one array
or one object over several lines is read as the lines it would be.
"""

import json
from collections.abc import Iterator, Sequence

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.ingestion.encoding import Encoding, check_not_utf8
from orchestration.ingestion.limits import LIMITS, Limits
from orchestration.ingestion.model import BadRecord, Chunk, DeliveryRejected
from orchestration.ingestion.readers.ahead import ahead
from orchestration.ingestion.readers.blocks import Blocks, Place
from orchestration.ingestion.readers.columns import check_names, numbered
from orchestration.ingestion.readers.json_record import Broken, fields
from orchestration.ingestion.readers.stream import ByteStream, MemoryStream
from orchestration.ingestion.readers.wide import WideStream
from orchestration.ingestion.scanner import Dialect, Index

LINES = Dialect(quote=None)
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
        self._blocks = Blocks(self._stream, LINES, limits)
        self._blocks.skip(mark, 0)
        self.columns = self._keys()
        check_names(self._name, self.columns, limits)

    def _keys(self) -> list[str]:
        found: dict[str, None] = {}
        with duckdb.connect() as con:
            for place, data in self._blocks:
                if self._codec != "utf-8":
                    check_not_utf8(self._name, data, self._codec)
                index = Index(data, place.scan, LINES)
                try:
                    text = str(data, self._codec) if self._codec != "utf-8" else None
                    lines = _line_array(text.encode() if text else data, index if text is None else None)
                    lines.validate(full=True)
                    rows = con.from_arrow(pa.table({"line": lines, "row": np.arange(len(lines))})).query(
                        "r",
                        "select json_keys(line) as keys, min(row) as first from r where json_valid(line) "
                        "and json_type(line) = 'OBJECT' group by keys order by first",
                    )
                    keys = [key for row in rows.fetchall() for key in row[0]]
                except (UnicodeDecodeError, pa.ArrowInvalid, duckdb.Error):
                    keys = [
                        key for record in self._each(place, data, index) if isinstance(record, dict) for key in record
                    ]
                found |= dict.fromkeys(keys)
                if len(found) > self._limits.columns:
                    break
        return list(found)

    def _each(self, place: Place, data: memoryview, index: Index) -> Iterator[dict[str, str | None] | Broken]:
        """Every record by itself: its fields, or what is wrong with it."""
        for start, stop in zip(index.starts.tolist(), index.stops.tolist(), strict=True):
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
        columns: dict[str, list[str | None]] = {name: [] for name in self.columns}
        numbers, bad = [], []
        for row, record in enumerate(self._each(place, data, index)):
            if isinstance(record, Broken):
                bad.append(self._bad(place, data, index, row, record))
                continue
            numbers.append(place.record + row)
            for name, values in columns.items():
                values.append(record.get(name))
        if sum(one.rule == "bad_encoding" for one in bad) * 2 > place.scan.records:
            raise DeliveryRejected(
                "encoding_mismatch",
                f"{self._name}: most records are not {self.encoding}; correct `encoding:` in the feed",
                place.record + place.scan.records - 1,
            )
        table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
        if not columns:
            return Chunk(place.scan.records, pa.table({"_record_no": pa.array(numbers, pa.int64())}), bad)
        return Chunk(place.scan.records, numbered(table, np.array(numbers, np.int64)), bad)

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


def _line_array(data: bytes | memoryview, index: Index | None) -> pa.StringArray:
    """The records as strings over the block itself, line ends included."""
    if index is None:
        return pa.array(data.decode().splitlines(), pa.string())
    offsets = np.append(index.starts, index.nexts[-1:]).astype(np.int32)
    return pa.StringArray.from_buffers(len(index.starts), pa.py_buffer(offsets), pa.py_buffer(data))


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
