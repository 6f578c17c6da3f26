"""F-40: Excel. What the sheet shows arrives; what Excel has lost is never made up again."""

from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from orchestration.ingestion.model import DeliveryRejected
from tests.ingestion.reading import Read, read


def save(tmp_path, rows: list[list[object]], change=None, epoch=None) -> Read:
    book = openpyxl.Workbook()
    if epoch:
        book.epoch = epoch
    sheet: Worksheet = book.active
    for row in rows:
        sheet.append(row)
    if change:
        change(sheet)
    book.save(tmp_path / "delivery.xlsx")
    return read(tmp_path / "delivery.xlsx", format="excel")


def formatted(code: str):
    def change(sheet: Worksheet) -> None:
        sheet["A2"].number_format = code

    return change


SHOWN = [
    ("00123", "General", "00123"),
    (123, "00000", "00123"),
    (13812345678, "General", "13812345678"),
    (13812345678.0, "0", "13812345678"),
    (13812345678, "0.00E+00", "13812345678"),
    (123456789012345, "General", "123456789012345"),
    (2.55, "0.0", "2.55"),
    (0.1 + 0.2, "General", "0.3"),
    (1e-7, "General", "0.0000001"),
    (-3, "#,##0;[Red]-#,##0", "-3"),
    (0.125, "0%", "0.125"),
    (1234.5, '"CNY" #,##0.00', "1234.5"),
    (True, "General", "true"),
    ("  spaced ", "General", "  spaced "),
    ("中文\nline", "@", "中文\nline"),
    (date(2024, 2, 29), "yyyy-mm-dd", "2024-02-29"),
    (datetime(2024, 2, 29, 13, 30, 5), "dd/mm/yyyy hh:mm", "2024-02-29 13:30:05"),
    (datetime(2024, 1, 1), "m/d/yy", "2024-01-01"),
    (date(1900, 1, 1), "yyyy-mm-dd", "1900-01-01"),
    (45351, '[$-804]yyyy"年"m"月"d"日"', "2024-02-29"),
    (45351.75, "mmm-yy", "2024-02-29 18:00:00"),
    (time(1, 2, 3), "h:mm:ss", "01:02:03"),
    (timedelta(hours=30, minutes=5), "[h]:mm:ss", "30:05:00"),
]


@pytest.mark.parametrize("epoch", [None, CALENDAR_MAC_1904], ids=["1900", "1904"])
@pytest.mark.parametrize(("value", "code", "text"), SHOWN)
def test_F40_a_cell_arrives_as_it_is_shown(tmp_path, value, code, text, epoch):
    if epoch and ((isinstance(value, int | float) and "y" in code) or value == date(1900, 1, 1)):
        pytest.skip("another day in that calendar")
    found = save(tmp_path, [["a", "b"], [value, "x"]], formatted(code), epoch)
    assert found.values == [(text, "x")]


LOST = [
    (6222021234567890, "General", "precision_lost"),
    (12345678901234567890, "0", "precision_lost"),
    ("1.38E+10", "@", "precision_lost"),
    ("#N/A", "General", "excel_error"),
    ("#REF!", "General", "excel_error"),
    ("=SUM(1,2)", "General", "formula_without_value"),
    (60, "yyyy-mm-dd", "bad_date"),
    (-5, "yyyy-mm-dd", "bad_date"),
    (9e9, "yyyy-mm-dd", "bad_date"),
]


@pytest.mark.parametrize(("value", "code", "rule"), LOST)
def test_F40_what_is_lost_is_kept_aside_with_place_and_reason(tmp_path, value, code, rule):
    found = save(tmp_path, [["key", "a"], ["x", value], ["y", 1]], lambda s: setattr(s["B2"], "number_format", code))
    assert found.rules == {1: rule}
    assert found.values == [("y", "1")]
    assert found.bad[1].column == "a"
    assert "row 2" in found.bad[1].message
    assert '"key": "x"' in found.bad[1].content.decode()


def test_F40_hidden_rows_are_records_and_hidden_sheets_are_not_read(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["nothing"])
    book.active.sheet_state = "hidden"
    sheet = book.create_sheet("Data")
    for row in (["id"], [1], [2], [3]):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    path = tmp_path / "delivery.xlsx"
    book.save(path)
    assert read(path, format="excel").values == [("1",), ("2",), ("3",)]
    assert read(path, format="excel", sheet="Notes").columns == ["nothing"]
    with pytest.raises(DeliveryRejected, match="'Notes', 'Data'") as refusal:
        read(path, format="excel", sheet="Other")
    assert refusal.value.reason == "missing_sheet"


def test_F40_every_cell_of_a_merged_area_shows_its_value(tmp_path):
    rows = [["region", "shop"], ["North", "A"], [None, "B"], ["South", "C"], [None, "D"]]
    found = save(tmp_path, rows, lambda sheet: sheet.merge_cells("A2:A3"))
    assert found.values == [("North", "A"), ("North", "B"), ("South", "C"), (None, "D")]


def test_F40_a_merged_header_has_one_name_for_two_columns_and_is_refused(tmp_path):
    with pytest.raises(DeliveryRejected) as refusal:
        save(tmp_path, [["name", None], ["a", "b"]], lambda sheet: sheet.merge_cells("A1:B1"))
    assert refusal.value.reason == "duplicate_header"


def test_F40_blank_rows_are_no_records_and_a_table_may_begin_anywhere(tmp_path):
    rows = [[None], [None, "id", "name"], [None, 1, "x"], [None, None, None], [None, 2, None], ["stray", 3, "y"]]
    found = save(tmp_path, rows)
    assert found.columns == ["id", "name"]
    assert found.values == [("1", "x"), ("2", None)]
    assert found.rules == {3: "too_many_columns"}


def test_F40_an_old_or_protected_workbook_is_refused_with_advice(tmp_path):
    path = tmp_path / "delivery.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(DeliveryRejected, match=r"save it as \.xlsx"):
        read(path, format="excel")
