"""identity_overrides.csv: what is wrong is told by file, line and column; nothing wrong is half obeyed."""

import pytest

from orchestration.identity.overrides import OverrideError, Record, read

HEADER = "action,record_a,record_b,decided_by,decided_on,reason\n"


def told(csv, text: str) -> list[str]:
    csv.write_text(text, encoding="utf-8")
    with pytest.raises(OverrideError) as found:
        read(csv)
    return str(found.value).removeprefix(str(csv)).split(f"\n{csv}")


def test_no_file_is_no_decision(csv):
    assert read(csv) == []


def test_lines_are_read_with_comments_blanks_and_a_spreadsheet_s_byte_order_mark(csv):
    body = (
        "# seen by Ann\n\n"
        'merge,customers:shop:1,leads:web:a:b,Ann,2026-05-04,"same woman, married"\n'
        "split,orders:till:9,,Bo,2026-05-05,gift\n"
    )
    csv.write_text("\ufeff" + HEADER + body, encoding="utf-8")
    merge, split = read(csv)
    assert (merge.line_no, merge.b, merge.reason) == (4, Record("leads", "web", "a:b"), "same woman, married")
    assert (split.line_no, split.action, split.b) == (5, "split", None)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("join,customers:s:1,customers:s:2,Ann,2026-05-04,x", "2: action: 'join' is none of merge, confirm, forbid"),
        ("merge,1042,customers:s:2,Ann,2026-05-04,x", "2: record_a: '1042' is not stream:system:number"),
        ("merge,people:s:1,customers:s:2,Ann,2026-05-04,x", "2: record_a: 'people:s:1' is not stream:system:number"),
        ("forbid,customers:s:1,,Ann,2026-05-04,x", "2: record_b: '' is not stream:system:number"),
        ("merge,customers:s:1,customers:s:1,Ann,2026-05-04,x", "2: record_b: 'customers:s:1' is record_a"),
        ("merge,customers:s:1,customers:s:2,,2026-05-04,x", "2: decided_by: is empty."),
        ("merge,customers:s:1,customers:s:2,Ann,4.5.2026,x", "2: decided_on: '4.5.2026' is not a day; write"),
        ("merge,customers:s:1,customers:s:2,Ann,2026-05-04,", "2: reason: is empty."),
        ("merge,customers:s:1,customers:s:2,Ann,2026-05-04,a,b", "2: 7 cells instead of 6"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_column(csv, line, says):
    (text,) = told(csv, HEADER + line + "\n")
    assert text.startswith(f":{says}"), text


def test_all_mistakes_are_told_at_once(csv):
    found = told(csv, HEADER + "join,1,customers:s:2,,2026-05-04,\nmerge,customers:s:1,customers:s:2,Ann,soon,x\n")
    assert [text.split(": ")[0] + text.split(": ")[1] for text in found] == [
        ":2action", ":2record_a", ":2decided_by", ":2reason", ":3decided_on",
    ]  # fmt: skip


def test_contradicting_lines_are_told_with_the_numbers_of_all_of_them(csv):
    lines = [
        "merge,customers:s:1,customers:s:2,Ann,2026-05-04,x",
        "confirm,customers:s:3,customers:s:2,Ann,2026-05-04,x",
        "forbid,customers:s:3,customers:s:1,Bo,2026-05-05,x",
    ]
    (text,) = told(csv, HEADER + "\n".join(lines) + "\n")
    assert text == (
        ":4: forbid of customers:s:3 and customers:s:1 contradicts: lines 2, 3 tie them together. Take one of them out."
    )


def test_a_cycle_of_merges_contradicts_nothing(csv):
    pairs = [(1, 2), (2, 3), (3, 1)]
    csv.write_text(HEADER + "".join(f"merge,customers:s:{a},customers:s:{b},Ann,2026-05-04,x\n" for a, b in pairs))
    assert len(read(csv)) == 3


@pytest.mark.parametrize(("text", "says"), [("", "nothing"), ("a,b\n", "a,b")])
def test_other_columns_are_refused(csv, text, says):
    assert told(csv, text)[0].endswith(f"found {says}.")


def test_bytes_that_are_no_utf8_are_refused(csv):
    csv.write_bytes(HEADER.encode() + "merge,客户".encode("gb18030"))
    with pytest.raises(OverrideError, match="is not UTF-8"):
        read(csv)
