"""Readers give back what was written, whatever was written, and find every record again."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.ingestion import scanner
from orchestration.ingestion.encoding import Encoding
from orchestration.ingestion.limits import LIMITS
from orchestration.ingestion.model import FilesSource
from orchestration.ingestion.readers.delimited import DelimitedReader
from orchestration.ingestion.readers.stream import ByteStream
from tests.ingestion.reading import read, read_bytes

CELL = st.text(
    st.one_of(st.sampled_from(',;"\n\r\t é中😀a1 '), st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    max_size=8,
)
TABLES = st.integers(1, 4).flatmap(lambda n: st.lists(st.tuples(*[CELL] * n), min_size=1, max_size=8))
HEALTH = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@HEALTH
@given(
    rows=TABLES,
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
)
def test_a_table_written_by_the_csv_module_comes_back_cell_by_cell(tmp_path, rows, delimiter, end, quoting, encoding):
    if quoting == csv.QUOTE_MINIMAL:  # which leaves a line end bare when it is not its own
        other = str.maketrans("", "", "".join({"\r", "\n"} - set(end)))
        rows = [tuple(cell.translate(other) or "x" for cell in row) for row in rows]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow([f"c{i}" for i in range(len(rows[0]))])
    writer.writerows(rows)
    found = read_bytes(tmp_path, out.getvalue().encode(encoding), delimiter=delimiter, encoding=encoding)
    assert found.values == rows


def small_blocks(path, block: int) -> DelimitedReader:
    limits = replace(LIMITS, block=block, record=1 << 20)
    return DelimitedReader(ByteStream(path), FilesSource(type="files", path="x"), Encoding("utf-8"), limits)


def test_records_are_found_again_across_many_blocks(tmp_path):
    path = tmp_path / "delivery.csv"
    lines = [b'%d,"x\ny %d"' % (i, i) if i % 3 else b"%d,broken,%d" % (i, i) for i in range(1, 2001)]
    path.write_bytes(b"a,b\n" + b"\n\n".join(lines))
    reader = small_blocks(path, 1000)
    chunks = list(reader.chunks())
    assert len(chunks) > 20
    wanted = [1, 3, 700, 1999, 2000]
    assert reader.record_bytes(wanted) == {number: lines[number - 1] for number in wanted}
    starts = {number: 2 + 2 * (number - 1) + sum(1 for i in range(1, number) if i % 3) for number in wanted}
    assert reader.line_numbers(wanted) == starts
    assert {bad.record_no: bad.line_no for chunk in chunks for bad in chunk.bad if bad.record_no == 3} == {3: starts[3]}


def test_records_can_be_looked_up_while_chunks_are_read(tmp_path):
    path = tmp_path / "delivery.csv"
    path.write_bytes(b"a\n" + b"".join(b"%06d\n" % i for i in range(1, 20_001)))
    reader, first = small_blocks(path, 4096), 1
    for chunk in reader.chunks():
        last = first + chunk.records - 1
        assert reader.record_bytes([first, last]) == {first: b"%06d" % first, last: b"%06d" % last}
        first = last + 1
    assert first == 20_001


def test_a_caller_may_stop_early_and_read_again(tmp_path):
    path = tmp_path / "delivery.csv"
    path.write_bytes(b"a\n" + b"1\n" * 10_000)
    reader = small_blocks(path, 1000)
    next(iter(reader.chunks()))
    assert sum(chunk.records for chunk in reader.chunks()) == 10_000


@pytest.mark.parametrize(
    "bug",
    [
        ("_first_wrong", lambda tile, before, lines, limits: (-1, False)),  # believes every quote
        ("inside_mask", lambda quotes, carry: quotes ^ quotes),  # knows no quotes
        ("_count", lambda mask: int(bool(mask.any()))),  # counts one
        ("after_mask", lambda mask, carry: mask),  # does not look beside
    ],
    ids=lambda bug: bug[0],
)
def test_a_bug_planted_in_the_scanner_does_not_pass_unnoticed(tmp_path, monkeypatch, bug):
    data = b"a,b\n" + b"".join(b'%d,"x\ny"\n' % i for i in range(100)) + b'7,"open\n' + b'8,"z"\n' * 100 + b'9,"open\n'
    expected = read_bytes(tmp_path, data)
    assert expected.rules == {101: "unclosed_quote", 202: "unclosed_quote"}
    monkeypatch.setattr(scanner, *bug)
    try:
        found = read_bytes(tmp_path, data)
    except Exception:
        return  # refused, or the counts of scanner and parser differ: noticed
    assert (found.rows, found.rules) != (expected.rows, expected.rules)


VALUES = {
    "integers": (pa.array([1, -5, None, 9_007_199_254_740_993]), ["1", "-5", None, "9007199254740993"]),
    "unsigned": (pa.array([2**64 - 1, 0], pa.uint64()), ["18446744073709551615", "0"]),
    "floats": (
        pa.array([2.55, 17850.0, 13812345678.0, 0.1, None, 1e22, 5e-324]),
        ["2.55", "17850.0", "13812345678.0", "0.1", None, "1e+22", "5e-324"],
    ),
    "small floats": (pa.array([2.55, 0.1], pa.float32()), ["2.55", "0.1"]),
    "decimals": (pa.array([Decimal("1.10"), Decimal("-0.05")], pa.decimal128(20, 2)), ["1.10", "-0.05"]),
    "long decimals": (pa.array([Decimal("9" * 30 + ".01")], pa.decimal128(38, 2)), ["9" * 30 + ".01"]),
    "dates": (pa.array([date(2024, 2, 29), None]), ["2024-02-29", None]),
    "moments": (pa.array([datetime(2024, 2, 29, 13, 30)], pa.timestamp("s")), ["2024-02-29 13:30:00.000"]),
    "nanoseconds": (pa.array([1], pa.timestamp("ns")), ["1970-01-01 00:00:00.000000001"]),
    "instants": (pa.array([datetime(2024, 1, 1, tzinfo=UTC)], pa.timestamp("s", "UTC")), ["2024-01-01 00:00:00.000Z"]),
    "truth": (pa.array([True, False, None]), ["true", "false", None]),
    "texts": (pa.array(["00123", "", None, "中"]), ["00123", "", None, "中"]),
    "dictionaries": (pa.array(["a", "b", "a"]).dictionary_encode(), ["a", "b", "a"]),
    "lists": (pa.array([[1, 2], None, []]), ["[1, 2]", None, "[]"]),
    "structs": (pa.array([{"x": 1, "y": "é"}]), ['{"x": 1, "y": "é"}']),
    "nothing": (pa.nulls(2), [None, None]),
}


@pytest.mark.parametrize(("array", "texts"), VALUES.values(), ids=VALUES)
def test_a_parquet_value_becomes_the_text_that_says_exactly_it(tmp_path, array, texts):
    path = tmp_path / "delivery.parquet"
    pq.write_table(pa.table({"v": array, "n": range(len(array))}), path)
    found = read(path, format="parquet")
    assert found.values == [(text, str(i)) for i, text in enumerate(texts)]
    assert found.reader.record_bytes([1])[1].decode().endswith(', "n": "0"}')


def test_parquet_records_keep_the_order_of_the_file(tmp_path):
    path = tmp_path / "delivery.parquet"
    pq.write_table(pa.table({"v": range(30_000)}), path, row_group_size=700)
    assert read(path, format="parquet").rows == {i + 1: (str(i),) for i in range(30_000)}
