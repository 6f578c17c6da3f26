"""F-31 to F-33, F-39, F-44: files that are cut, empty, huge or hostile, and headers that say nothing."""

import gzip
import io
import random
import struct
import zipfile
from dataclasses import replace

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.ingestion.encoding import Encoding
from orchestration.ingestion.limits import LIMITS, MB
from orchestration.ingestion.model import DeliveryRejected, FilesSource
from orchestration.ingestion.readers.delimited import DelimitedReader
from orchestration.ingestion.readers.stream import ByteStream
from tests.ingestion.reading import read_bytes

CSV = b"id,name,note\n" + b"".join(b'%d,"n%d","a\nb"\n' % (i, i) for i in range(3000))


def workbook(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parquet(rows: int = 5000) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"id": range(rows), "name": [f"n{i}" for i in range(rows)]}), out, row_group_size=1000)
    return out.getvalue()


@pytest.mark.parametrize("seed", range(20))
def test_F31_a_cut_csv_gives_whole_records_and_its_torn_last_one_is_kept_aside(tmp_path, seed):
    cut = random.Random(seed).randrange(len(b"id,name,note\n") + 1, len(CSV))
    found = read_bytes(tmp_path, CSV[:cut])
    whole = [(str(i), f"n{i}", "a\nb") for i in range(3000)]
    assert found.values[:-1] == whole[: len(found.rows) - 1]
    last, expected = found.values[-1], whole[len(found.rows) - 1]
    assert last == expected or (CSV[:cut].endswith(b",") and last == (*expected[:2], ""))  # nobody can tell this one
    assert all(number > len(found.rows) for number in found.bad)
    kept = found.reader.record_bytes([*found.rows, *found.bad])
    assert b"\n".join([b"id,name,note", *kept.values()]) == CSV[:cut].rstrip(b"\n")


@pytest.mark.parametrize("seed", range(10))
def test_F31_a_cut_gzip_rejects_the_delivery(tmp_path, seed):
    packed = gzip.compress(CSV)
    with pytest.raises(DeliveryRejected) as refusal:
        read_bytes(tmp_path, packed[: random.Random(seed).randrange(20, len(packed))])
    assert refusal.value.reason == "truncated_gzip"


def test_F31_a_gzip_with_a_flipped_byte_rejects_the_delivery(tmp_path):
    packed = bytearray(gzip.compress(CSV))
    packed[len(packed) // 2] ^= 255
    with pytest.raises(DeliveryRejected):
        read_bytes(tmp_path, bytes(packed))


@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_F31_a_whole_gzip_reads_like_the_file_inside(tmp_path, format):
    data = CSV if format == "csv" else b'{"a":1.10}\n' * 100
    assert (
        read_bytes(tmp_path, gzip.compress(data), format=format).rows == read_bytes(tmp_path, data, format=format).rows
    )


@pytest.mark.parametrize("share", [0.0001, 0.3, 0.7, 0.999])
@pytest.mark.parametrize(
    ("format", "data"), [("excel", workbook([["id"], *([i] for i in range(500))])), ("parquet", parquet())]
)
def test_F31_a_half_written_container_rejects_the_delivery(tmp_path, format, data, share):
    with pytest.raises(DeliveryRejected) as refusal:
        read_bytes(tmp_path, data[: max(int(len(data) * share), 1)], format=format)
    assert refusal.value.reason == f"truncated_{format}"


@pytest.mark.parametrize(
    ("data", "columns"),
    [
        (b"", []),
        (b"\xef\xbb\xbf", []),
        (b"\n\r\n\n", []),
        (b"id,name", ["id", "name"]),
        (b"\xef\xbb\xbfid,name\r\n\r\n", ["id", "name"]),
        (gzip.compress(b""), []),
    ],
    ids=["nothing", "mark only", "blank lines", "header", "mark and header", "empty gzip"],
)
def test_F32_an_empty_delivery_is_no_error_and_has_no_records(tmp_path, data, columns):
    found = read_bytes(tmp_path, data)
    assert (found.columns, found.rows, found.bad) == (columns, {}, {})


@pytest.mark.parametrize(
    ("format", "data", "columns"),
    [
        ("jsonl", b"", []),
        ("jsonl", b"[]", []),
        ("excel", b"", []),
        ("excel", workbook([["id", "name"]]), ["id", "name"]),
        ("excel", workbook([]), []),
        ("parquet", parquet(0), ["id", "name"]),
    ],
)
def test_F32_the_same_for_the_other_formats(tmp_path, format, data, columns):
    found = read_bytes(tmp_path, data, format=format)
    assert (found.columns, found.rows, found.bad) == (columns, {}, {})


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (b"id,name,id", "duplicate_header"),
        (b"id,name,ID", "duplicate_header"),
        (b'id,name," id "', "duplicate_header"),
        (b"id,,name", "missing_header"),
        (b",name", "missing_header"),
        (b'id,"na"me', "bad_header"),
        (b"id,_record_no", "bad_header"),
        (b"id,n\xff", "encoding_mismatch"),
    ],
)
def test_F33_a_header_that_cannot_be_trusted_rejects_the_delivery(tmp_path, header, reason):
    with pytest.raises(DeliveryRejected) as refusal:
        read_bytes(tmp_path, header + b"\n1,2,3\n")
    assert refusal.value.reason == reason
    assert "delivery.csv" in str(refusal.value)


def test_F33_names_keep_their_case_and_order_and_quoted_line_ends(tmp_path):
    found = read_bytes(tmp_path, b'\n"Total,\nnet",Id \n1,2\n')
    assert (found.columns, found.values) == (["Total,\nnet", "Id"], [("1", "2")])
    assert found.reader.line_numbers([1]) == {1: 4}


def test_F33_a_file_without_header_takes_its_names_from_the_feed(tmp_path):
    assert read_bytes(tmp_path, b"1,2\n3,4\n", header=False, columns=("a", "b")).values == [("1", "2"), ("3", "4")]
    with pytest.raises(DeliveryRejected, match="columns:"):
        read_bytes(tmp_path, b"1,2\n", header=False)


def test_F39_a_line_of_fifty_megabytes_rejects_the_delivery_with_its_line_number(tmp_path):
    with pytest.raises(DeliveryRejected, match="line 3: longer than") as refusal:
        read_bytes(tmp_path, b"a,b\n1,2\n3," + b"x" * (50 * MB) + b"\n5,6\n")
    assert refusal.value.reason == "record_too_long"


@pytest.mark.parametrize("format", ["csv", "jsonl", "excel", "parquet"])
def test_F39_ten_thousand_columns_reject_the_delivery(tmp_path, format):
    names = [f"c{i}" for i in range(10_000)]
    out = io.BytesIO()
    pq.write_table(pa.table({name: [1] for name in names}), out)
    data = {
        "csv": ",".join(names).encode(),
        "jsonl": ("{" + ",".join(f'"{name}":1' for name in names) + "}").encode(),
        "excel": workbook([names]),
        "parquet": out.getvalue(),
    }[format]
    with pytest.raises(DeliveryRejected) as refusal:
        read_bytes(tmp_path, data, format=format)
    assert refusal.value.reason == "too_many_columns"


def repacked(data: bytes, change: dict[str, bytes]) -> bytes:
    """A workbook with parts replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in change:
                new.writestr(name, old.read(name))
        for name, content in change.items():
            new.writestr(name, content)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"xl/media/zeros.bin": b"\0" * (300 * MB)}, "archive_too_large"),
        ({"../../etc/cron.d/x": b"* * * * *"}, "unsafe_archive"),
        ({"/etc/passwd": b"x"}, "unsafe_archive"),
        ({SHEET: BOMB}, "unsafe_archive"),
        ({SHEET: b"<worksheet><sheetData><row><c><v>1</v></c>"}, "truncated_excel"),
    ],
    ids=["zip bomb", "path upwards", "absolute path", "entity bomb", "sheet cut"],
)
def test_F39_F44_a_hostile_workbook_rejects_the_delivery(tmp_path, change, reason):
    with pytest.raises(DeliveryRejected) as refusal:
        read_bytes(tmp_path, repacked(workbook([["id"], [1]]), change), format="excel")
    assert refusal.value.reason == reason


def test_F39_a_gzip_bomb_rejects_the_delivery(tmp_path):
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"a\n" + b"1" * (8 * MB) + b"\n"))
    stream = ByteStream(path, replace(LIMITS, unpacked_floor=4 * MB))
    with pytest.raises(DeliveryRejected) as refusal:
        list(DelimitedReader(stream, FilesSource(type="files", path="x"), Encoding("utf-8")).chunks())
    assert refusal.value.reason == "archive_too_large"


@pytest.mark.parametrize("seed", range(6))
def test_F44_a_crafted_parquet_footer_never_takes_the_run_down(tmp_path, seed):
    data = bytearray(parquet(2000))
    (size,) = struct.unpack("<I", data[-8:-4])
    pick = random.Random(seed)
    for _ in range(4):
        data[pick.randrange(len(data) - 8 - size, len(data) - 8)] = pick.randrange(256)
    try:
        found = read_bytes(tmp_path, bytes(data), format="parquet")
    except DeliveryRejected as refusal:
        assert refusal.reason in (
            "truncated_parquet",
            "damaged_parquet",
            "wrong_count",
            "unsafe_file",
            "duplicate_header",
        )
    else:
        assert len(found.rows) == found.reader.records


def test_F44_a_footer_longer_than_the_file_rejects_the_delivery(tmp_path):
    with pytest.raises(DeliveryRejected) as refusal:
        read_bytes(tmp_path, b"PAR1" + b"x" * 50 + struct.pack("<I", 0x7FFFFFFF) + b"PAR1", format="parquet")
    assert refusal.value.reason == "truncated_parquet"
