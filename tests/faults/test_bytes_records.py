"""F-27 to F-30: quotes, widths, line ends and delimiters. Every record ends up in exactly one place."""

import csv
import io

import pytest

from orchestration.ingestion.model import DeliveryRejected
from tests.ingestion.reading import read_bytes

ROWS = [(str(i), f"name {i}", f"{i}.50") for i in range(1, 1001)]
HEADER = b"id,name,amount\n"


def lines(rows: list[tuple[str, ...]] = ROWS) -> list[bytes]:
    return [",".join(row).encode() for row in rows]


BROKEN = {
    "an open quote": (b'500,"name 500,500.50', "unclosed_quote"),
    "an open quote with a doubled one": (b'500,"name ""500,500.50', "unclosed_quote"),
    "a quote within a bare field": (b'500,na"me,500.50', "stray_quote"),
    "inches": (b'500,5" x 7",500.50', "stray_quote"),
    "text after a closing quote": (b'500,"name" 500,500.50', "stray_quote"),
    "space before a quote": (b'500, "name, 500",500.50', "stray_quote"),
    "a backslash before a quote": (b'500,"na\\"me",500.50', "stray_quote"),
}


@pytest.mark.parametrize("quoted", [False, True], ids=["others bare", "others quoted"])
@pytest.mark.parametrize("at", [0, 499, 999], ids=["first", "middle", "last"])
@pytest.mark.parametrize(("line", "rule"), BROKEN.values(), ids=BROKEN)
def test_F27_a_broken_quote_costs_its_own_record_and_no_other(tmp_path, line, rule, at, quoted):
    delivered = lines()
    if quoted:
        delivered = [",".join(f'"{value}"' for value in row).encode() for row in ROWS]
    delivered[at] = line
    found = read_bytes(tmp_path, HEADER + b"\n".join(delivered) + b"\n")
    assert found.rules == {at + 1: rule}
    assert found.bad[at + 1].content == line
    assert found.bad[at + 1].line_no == at + 2
    assert found.values == ROWS[:at] + ROWS[at + 1 :]


def test_F27_many_open_quotes_cost_one_record_each(tmp_path):
    delivered = lines()
    broken = range(3, 1000, 7)
    for at in broken:
        delivered[at] = f'{at + 1},"open,{at}'.encode()
    found = read_bytes(tmp_path, HEADER + b"\n".join(delivered))
    assert set(found.rules.values()) == {"unclosed_quote"}
    assert {number: record.content for number, record in found.bad.items()} == {at + 1: delivered[at] for at in broken}
    assert found.rows == {i + 1: ROWS[i] for i in range(1000) if i not in broken}


def test_F27_a_quote_that_closes_far_below_was_never_closed(tmp_path):
    delivered = lines()
    delivered[100], delivered[900] = b'101,"open,1', b'901,shut",1'
    found = read_bytes(tmp_path, HEADER + b"\n".join(delivered))
    assert found.rules == {101: "unclosed_quote", 901: "stray_quote"}
    assert len(found.rows) == 998


@pytest.mark.parametrize(
    ("line", "rule", "words"),
    [
        (b"500,name 500", "too_few_columns", "3 columns expected, 2 found"),
        (b"500", "too_few_columns", "3 columns expected, 1 found"),
        (b"500,name,500,50", "too_many_columns", "3 columns expected, 4 found"),
        (b'500,"a,b",1,2,3,4,5', "too_many_columns", "3 columns expected, 7 found"),
        (b"," * 20_000, "too_many_columns", "3 columns expected, 20001 found"),
    ],
)
def test_F28_a_short_or_long_row_is_kept_aside_and_the_columns_stay(tmp_path, line, rule, words):
    delivered = lines()
    delivered[499] = line
    found = read_bytes(tmp_path, HEADER + b"\n".join(delivered) + b"\n")
    assert found.columns == ["id", "name", "amount"]
    assert found.rules == {500: rule}
    assert found.bad[500].message == f"line 501: {words}"
    assert found.values == ROWS[:499] + ROWS[500:]


def test_F28_rows_of_every_width_are_told_apart_within_one_file(tmp_path):
    data = b"a,b\n" + b"".join(b"1,2\n" if i % 3 else b"1,2,3\n" if i % 2 else b"1\n" for i in range(3000))
    found = read_bytes(tmp_path, data)
    assert found.values == [("1", "2")] * 2000
    assert sorted(found.rules.values()) == ["too_few_columns"] * 500 + ["too_many_columns"] * 500


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("last", [True, False], ids=["ended", "open end"])
def test_F29_every_line_end_ends_a_record_and_stays_inside_quotes(tmp_path, end, last):
    rows = [("1", "a\nb"), ("2", "c\r\nd"), ("3", "e\rf"), ("4", "\n\n"), ("5", "g")]
    text = end.join(["id,note", *(f'{key},"{note}"' for key, note in rows)]) + (end if last else "")
    assert read_bytes(tmp_path, text.encode()).values == rows


def test_F29_mixed_line_ends_and_blank_lines_in_one_file(tmp_path):
    data = b"a,b\r\n1,x\n2,y\r\r\n3,z\r\n\n\n4,w\n\r\n\r5,v"
    found = read_bytes(tmp_path, data)
    assert found.values == [("1", "x"), ("2", "y"), ("3", "z"), ("4", "w"), ("5", "v")]
    assert found.reader.line_numbers([1, 2, 3, 4, 5]) == {1: 2, 2: 3, 3: 5, 4: 8, 5: 11}
    assert found.reader.record_bytes([2, 5]) == {2: b"2,y", 5: b"5,v"}


def test_F29_a_delimiter_at_the_end_of_header_and_rows_is_no_column(tmp_path):
    found = read_bytes(tmp_path, b"a,b,\n1,2,\n3,4,x\n5,6\n7,8,\n")
    assert found.columns == ["a", "b"]
    assert found.values == [("1", "2"), ("7", "8")]
    assert found.rules == {2: "too_many_columns", 3: "too_few_columns"}


@pytest.mark.parametrize("delimiter", [";", "\t", "|", ",", "\x1f"])
def test_F30_numbers_keep_their_signs_under_every_delimiter(tmp_path, delimiter):
    rows = [("1", "1.234,50"), ("2", "1 234"), ("3", "1,234.50"), ("4", "1'234"), ("5", "0,5")]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows([("id", "amount"), *rows])
    assert read_bytes(tmp_path, out.getvalue().encode(), delimiter=delimiter).values == rows


def test_F30_tsv_splits_at_tabs_without_being_told(tmp_path):
    assert read_bytes(tmp_path, b"a\tb\n1\t2,5\n", format="tsv").values == [("1", "2,5")]


def test_F30_an_undeclared_delimiter_gives_one_column_that_the_feed_does_not_map(tmp_path):
    found = read_bytes(tmp_path, b"id;amount\n1;1.234,50\n2;7\n")
    assert found.columns == ["id;amount"]
    assert found.rules == {1: "too_many_columns"}


def test_F30_quotes_are_text_when_the_feed_says_so(tmp_path):
    assert read_bytes(tmp_path, b'a,b\n"1,5" x\n', quote="").values == [('"1', '5" x')]
    assert read_bytes(tmp_path, b"a,b\n'1,2',3\n", quote="'").values == [("1,2", "3")]


def test_F30_a_delimiter_of_two_bytes_is_refused(tmp_path):
    with pytest.raises(DeliveryRejected) as refusal:
        read_bytes(tmp_path, b"a\n1\n", delimiter="||")
    assert refusal.value.reason == "unsupported_dialect"


def test_F41_a_leading_zero_after_thirty_thousand_numbers_stays(tmp_path):
    data = b"id\n" + b"".join(b"%d\n" % i for i in range(30_000)) + b"00123\n"
    assert read_bytes(tmp_path, data).values[-1] == ("00123",)


@pytest.mark.parametrize("value", ["6222021234567890123", "12345678901234567890", "1.38E+10", "1e400", "NaN", "0x10"])
def test_F42_long_numbers_and_odd_ones_are_text_to_the_letter(tmp_path, value):
    found = read_bytes(tmp_path, f"id,x\n{value},1\n1,{value}\n".encode())
    assert found.values == [(value, "1"), ("1", value)]
