"""CSV and TSV: text columns only, every record accounted for, wrong records kept with their bytes and a reason.

Rules. Quoting as in RFC 4180 (scanner.py). A record with too few or too many fields is bad, never padded or cut.
A header that ends with a delimiter declares a last column without a name: it must stay empty in every record.
Text is kept as it is, control, zero-width and direction characters included; a record with a NUL is bad.
"""

import csv
import io
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from orchestration.ingestion.encoding import Encoding, check_not_utf8
from orchestration.ingestion.limits import LIMITS, Limits
from orchestration.ingestion.model import BadRecord, Chunk, DeliveryRejected, FilesSource
from orchestration.ingestion.readers.ahead import ahead
from orchestration.ingestion.readers.blocks import Blocks, Place
from orchestration.ingestion.readers.columns import check_names, numbered
from orchestration.ingestion.readers.stream import ByteStream
from orchestration.ingestion.readers.wide import WideStream
from orchestration.ingestion.scanner import Dialect, Index

# Their second bytes may look like ASCII from 0x40 on.
TWO_BYTE = (
    "gb18030",
    "big5",
    "big5hkscs",
    "shift_jis",
    "cp932",
    "cp950",
)
_WINDOW = 1 << 16


class DelimitedReader:
    """Reads one delimited file. `columns` and `encoding` are known once it is made; see model.Reader."""

    def __init__(self, stream: ByteStream, source: FilesSource, encoding: Encoding, limits: Limits = LIMITS) -> None:
        self.encoding = encoding.codec
        mark, self._name, self._source, self._limits = encoding.mark, stream.path.name, source, limits
        delimiter = "\t" if source.format == "tsv" and source.delimiter == "," else source.delimiter
        quote = source.quote or None
        if len(delimiter.encode()) != 1 or len((quote or "x").encode()) != 1:
            raise DeliveryRejected("unsupported_dialect", f"{self._name}: delimiter and quote must be one byte")
        self._dialect = Dialect(ord(delimiter), ord(quote) if quote else None)
        self._codec = encoding.codec  # of the bytes that the scanner sees
        if encoding.wide or (encoding.codec in TWO_BYTE and delimiter > "?"):
            self._codec, stream, mark = "utf-8", WideStream(stream, encoding.codec, encoding.mark), 0
        self._stream = stream
        self._blocks = Blocks(stream, self._dialect, limits)
        self._blocks.skip(mark, 0)
        self._physical = self._header() if source.header else list(source.columns)
        self.columns = [name for name in self._physical if name]
        self._check_columns()
        self._parse_options = pacsv.ParseOptions(delimiter=delimiter, quote_char=quote or False)

    def _reject(self, reason: str, message: str, records: int = 0) -> DeliveryRejected:
        return DeliveryRejected(reason, f"{self._name}: {message}", records)

    def _header(self) -> list[str]:
        data, found, final = self._blocks.head()
        if not found.records:
            if final:
                return []
            raise self._reject(
                "bad_header", "no line end in the first bytes; is this a text file in the declared format?"
            )
        index = Index(data, found, self._dialect)
        start, stop, after = (int(part[0]) for part in (index.starts, index.stops, index.nexts))
        if found.faults and found.faults[0].start == start:
            raise self._reject("bad_header", "the header has a quote out of place; check `quote` and `delimiter`")
        try:
            text = data[start:stop].decode(self._codec)
        except UnicodeDecodeError as error:
            raise self._reject(
                "encoding_mismatch", f"the header is not {self.encoding}; correct `encoding:`"
            ) from error
        dialect = self._dialect
        quoting = csv.QUOTE_MINIMAL if dialect.quote is not None else csv.QUOTE_NONE
        names = next(
            csv.reader(
                io.StringIO(text, newline=""),
                delimiter=chr(dialect.delimiter),
                quotechar=chr(dialect.quote) if dialect.quote is not None else None,
                quoting=quoting,
            )
        )
        lines = int(index.lines[1]) if len(index.starts) > 1 else found.lines
        self._blocks.skip(self._blocks.offset + after, lines)
        return [name.strip() for name in names]

    def _check_columns(self) -> None:
        if not self._source.header and not self._physical:
            raise self._reject("missing_header", "a file without header needs `columns:` in its feed")
        trailing = len(self._physical) > 1 and not self._physical[-1]
        check_names(self._name, self._physical[: -1 if trailing else None], self._limits)

    def chunks(self) -> Iterator[Chunk]:
        """All records, one chunk per block, one chunk ahead of the caller."""
        return ahead(self._chunks())

    def _chunks(self) -> Iterator[Chunk]:
        if not self.columns:
            return
        for place, data in self._blocks:
            if not place.scan.records:
                continue
            if self._codec != "utf-8":
                check_not_utf8(self._name, data, self._codec)
            table, bad = self._fast(place, data), []
            if table is None:
                table, bad = self._careful(place, data)
            if table.num_rows + len(bad) != place.scan.records:
                raise AssertionError(f"{self._name}: {table.num_rows} + {len(bad)} is not {place.scan.records}")
            yield Chunk(place.scan.records, table, bad)

    def _fast(self, place: Place, data: memoryview) -> pa.Table | None:
        """The block parsed in one go; None when anything at all is out of the ordinary."""
        if place.scan.faults or b"\0" in data.obj[: place.scan.end]:
            return None
        try:
            payload = data if self._codec == "utf-8" else str(data, self._codec).encode()
            table = self._parse(payload, bool(place.scan.newlines_in_quotes))
        except (pa.ArrowInvalid, UnicodeDecodeError):
            return None
        if table.num_rows != place.scan.records or self._overfull(table) is not None:
            return None
        return self._finish(table, np.arange(place.record, place.record + table.num_rows))

    def _parse(self, payload: bytes | memoryview, newlines: bool) -> pa.Table:
        if not len(payload):
            return pa.table({name or "": pa.array([], pa.string()) for name in self._physical})
        self._parse_options.newlines_in_values = newlines
        return pacsv.read_csv(
            pa.BufferReader(pa.py_buffer(payload)),
            pacsv.ReadOptions(column_names=self._physical, block_size=max(1 << 22, len(payload) // 8)),
            self._parse_options,
            pacsv.ConvertOptions(
                column_types=dict.fromkeys(self._physical, pa.string()),
                strings_can_be_null=False,
                quoted_strings_can_be_null=False,
            ),
        )

    def _overfull(self, table: pa.Table) -> np.ndarray | None:
        """Rows with something in the column that has no name."""
        if self._physical[-1]:
            return None
        filled = pc.not_equal(table.column(len(self._physical) - 1), "")
        return np.flatnonzero(filled.to_numpy()) if pc.any(filled).as_py() else None

    def _finish(self, table: pa.Table, numbers: np.ndarray) -> pa.Table:
        return numbered(table if self._physical[-1] else table.select(self.columns), numbers)

    def _careful(self, place: Place, data: memoryview) -> tuple[pa.Table, list[BadRecord]]:
        index = self._blocks.index(place, data)
        wrong: dict[int, tuple[str, str]] = {}
        for fault in place.scan.faults:
            wrong[index.record_at(fault.start)] = (fault.rule, _QUOTES[fault.rule])
        for row in np.flatnonzero(index.widths != len(self._physical)):
            rule = "too_few_columns" if index.widths[row] < len(self._physical) else "too_many_columns"
            message = f"{len(self._physical)} columns expected, {index.widths[row]} found"
            wrong.setdefault(int(row), (rule, message))
        for at in np.flatnonzero(np.frombuffer(data, np.uint8) == 0):
            wrong.setdefault(index.record_at(at), ("nul_byte", "the record has a NUL byte"))
        for row, error in self._undecodable(place, data, index):
            wrong.setdefault(row, ("bad_encoding", f"not {self.encoding}: {error}"))
        table, good = self._good(data, index, wrong, bool(place.scan.newlines_in_quotes))
        bad = [
            BadRecord(
                record_no=place.record + row,
                content=self._stream.original(bytes(data[index.starts[row] : index.stops[row]])),
                rule=rule,
                message=f"line {place.line + int(index.lines[row])}: {message}",
                line_no=place.line + int(index.lines[row]),
            )
            for row, (rule, message) in sorted(wrong.items())
        ]
        return self._finish(table, good + place.record), bad

    def _good(
        self, data: memoryview, index: Index, wrong: dict[int, tuple[str, str]], newlines: bool
    ) -> tuple[pa.Table, np.ndarray]:
        """The records that are not wrong, and their rows. `wrong` grows by what the parser refuses."""
        good = np.setdiff1d(np.arange(len(index.starts)), np.fromiter(wrong, np.int64, len(wrong)))
        table = self._parse_rows(data, index, good, newlines)
        if table is None:
            kept = [row for row in good if self._parse_rows(data, index, np.array([row]), True) is not None]
            wrong.update((int(row), ("unparsable", "the record cannot be parsed")) for row in np.setdiff1d(good, kept))
            good = np.array(kept, np.int64)
            table = self._parse_rows(data, index, good, True)
        overfull = self._overfull(table) if len(good) else None
        if overfull is not None:
            message = f"{len(self.columns)} columns expected; there is text after the last delimiter"
            wrong.update((int(good[row]), ("too_many_columns", message)) for row in overfull)
            rest = np.setdiff1d(np.arange(len(good)), overfull)
            table, good = table.take(rest), good[rest]
        return table, good

    def _parse_rows(self, data: memoryview, index: Index, rows: np.ndarray, newlines: bool) -> pa.Table | None:
        cuts = np.flatnonzero(np.diff(rows) != 1) + 1
        runs = [run for run in np.split(rows, cuts) if len(run)]
        payload = b"\n".join(bytes(data[index.starts[run[0]] : index.stops[run[-1]]]) for run in runs)
        try:
            if self._codec != "utf-8":
                payload = payload.decode(self._codec).encode()
            table = self._parse(payload, newlines)
        except (pa.ArrowInvalid, UnicodeDecodeError):
            return None
        return table if table.num_rows == len(rows) else None

    def _undecodable(self, place: Place, data: memoryview, index: Index) -> list[tuple[int, str]]:
        """Records that are not in the declared encoding. When they are the rule, the declaration is wrong."""
        found: list[tuple[int, str]] = []
        row, rows = 0, len(index.starts)
        while row < rows:
            upto = max(int(np.searchsorted(index.starts, index.starts[row] + _WINDOW)), row + 1)
            try:
                str(data[index.starts[row] : index.stops[upto - 1]], self._codec)
            except UnicodeDecodeError:
                for one in range(row, upto):
                    try:
                        str(data[index.starts[one] : index.stops[one]], self._codec)
                    except UnicodeDecodeError as error:
                        byte = data[index.starts[one] + error.start]
                        found.append((one, f"byte 0x{byte:02x} at position {error.start + 1} of the record"))
            row = upto
        foreign = len(set(np.searchsorted(index.starts, np.flatnonzero(np.frombuffer(data, np.uint8) > 127), "right")))
        if len(found) * 2 > rows or (len(found) * 2 > foreign and len(found) > max(10, rows // 100)):
            line = place.line + int(index.lines[found[0][0]])
            raise self._reject(
                "encoding_mismatch",
                f"line {line}: {len(found):,} of {foreign:,} records with more than ASCII are not {self.encoding} "
                f"({found[0][1]}); correct `encoding:` in the feed",
                place.record + rows - 1,
            )
        return found

    def record_bytes(self, record_nos: Sequence[int]) -> dict[int, bytes]:
        """The records as delivered, without line ends."""
        return self._blocks.record_bytes(record_nos)

    def line_numbers(self, record_nos: Sequence[int]) -> dict[int, int]:
        """The first physical line of each record."""
        return self._blocks.line_numbers(record_nos)


_QUOTES = {
    "stray_quote": "a quote is neither at the start nor at the end of a field; inside a field write it twice",
    "unclosed_quote": "a quoted field is opened and never closed",
}
