"""Readers turn delivered bytes into chunks of text columns; see model.Reader."""

from pathlib import Path

from orchestration.ingestion.model import DeliveryRejected, FilesSource, Reader
from orchestration.ingestion.readers.stream import ByteStream


def open_reader(path: Path, source: FilesSource) -> Reader:
    """Open a delivery. Raises DeliveryRejected when it cannot be read as what its feed declares."""
    if source.format in ("csv", "tsv"):
        from orchestration.ingestion.readers.delimited import DelimitedReader

        stream = ByteStream(path)
        bom = 3 if stream.read(3) == b"\xef\xbb\xbf" else 0
        encoding = "utf-8" if source.encoding in ("auto", "utf-8-sig", "utf8") else source.encoding
        return DelimitedReader(stream, source, encoding, bom)
    raise DeliveryRejected("unsupported_format", f"{path.name}: format {source.format} is not read yet")
