"""Readers turn delivered bytes into chunks of text columns; see model.Reader."""

from pathlib import Path

from orchestration.ingestion.model import DeliveryRejected, FilesSource, Reader
from orchestration.ingestion.readers.stream import ByteStream


def open_reader(path: Path, source: FilesSource, *, typed: bool = False) -> Reader:
    """Open a delivery. Raises DeliveryRejected when it cannot be read as what its feed declares.

    With `typed`, columns of chunks may have other types than text where the format has them; as_text.sql_text says how
    their text is had.
    """
    if source.format in ("csv", "tsv"):
        from orchestration.ingestion.encoding import resolve
        from orchestration.ingestion.readers.delimited import DelimitedReader

        stream = ByteStream(path)
        return DelimitedReader(stream, source, resolve(stream, source.encoding))
    if source.format in ("parquet", "excel"):
        from orchestration.ingestion.readers.container import ContainerReader

        return ContainerReader(path, source, typed=typed)
    if source.format == "jsonl":
        from orchestration.ingestion.encoding import resolve
        from orchestration.ingestion.readers.jsonl import JsonLinesReader

        stream = ByteStream(path)
        return JsonLinesReader(stream, resolve(stream, source.encoding))
    raise DeliveryRejected("unsupported_format", f"{path.name}: format {source.format} is not read yet")
