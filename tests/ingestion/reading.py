"""What the tests of readers share: read a file of given bytes and look at everything that came out."""

from dataclasses import dataclass
from pathlib import Path

from orchestration.ingestion.model import BadRecord, FilesSource, Reader
from orchestration.ingestion.readers import open_reader


@dataclass
class Read:
    """All that a reader gave: its rows as tuples in column order, by record number, and its bad records."""

    reader: Reader
    columns: list[str]
    rows: dict[int, tuple[str | None, ...]]
    bad: dict[int, BadRecord]

    @property
    def values(self) -> list[tuple[str | None, ...]]:
        return list(self.rows.values())

    @property
    def rules(self) -> dict[int, str]:
        return {number: record.rule for number, record in self.bad.items()}


def read(path: Path, **source: object) -> Read:
    """Open and read a file to its end, checking what holds for every delivery."""
    reader = open_reader(path, FilesSource(type="files", path="x", **source))
    rows, bad, counted = {}, {}, 0
    for chunk in reader.chunks():
        assert chunk.records == chunk.table.num_rows + len(chunk.bad)
        assert chunk.table.column_names == [*reader.columns, "_record_no"]
        values = [chunk.table.column(name).to_pylist() for name in reader.columns]
        numbers = chunk.table.column("_record_no").to_pylist()
        rows |= dict(zip(numbers, zip(*values, strict=True), strict=True))
        bad |= {record.record_no: record for record in chunk.bad}
        counted += chunk.records
    assert sorted([*rows, *bad]) == list(range(1, counted + 1)), "every record exactly once"
    originals = reader.record_bytes(list(bad))
    assert {number: record.content for number, record in bad.items()} == originals
    return Read(reader, reader.columns, rows, bad)


def read_bytes(folder: Path, data: bytes, **source: object) -> Read:
    """Read bytes as a file of their own."""
    path = folder / f"delivery.{source.get('format', 'csv')}"
    path.write_bytes(data)
    return read(path, **source)
