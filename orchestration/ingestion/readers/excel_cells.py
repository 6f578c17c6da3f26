"""A cell of a sheet as the text that the sheet shows, without inventing what the file no longer knows. Worker only.

Excel keeps 15 significant digits. A whole number of 16 digits or more, and text such as 1.38E+10 that was a number
once, have lost digits: `precision_lost`. Formats change the text of dates, times and numbers like 00000 only.
"""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from xml.etree import ElementTree

from excel_parts import Book, local, plain_text

_SCIENTIFIC = re.compile(r"[+-]?\d(\.\d+)?[eE]\+\d{1,3}")


class BadCell(ValueError):
    """The cell has no trustworthy text: rule, message, and what the file says."""

    def __init__(self, rule: str, message: str, value: str) -> None:
        super().__init__(message)
        self.rule, self.value = rule, value


def cell_text(cell: ElementTree.Element, book: Book) -> str | None:
    """The text of a `c` element, None when it is empty. Raises BadCell."""
    kind, value, formula, inline = cell.get("t", "n"), None, False, None
    for child in cell:
        name = local(child.tag)
        if name == "v":
            value = child.text or ""
        elif name == "f":
            formula = True
        elif name == "is":
            inline = plain_text(child)
    if kind == "inlineStr":
        return _text(inline or "")
    if value is None or (not value and kind != "str"):
        if formula:
            raise BadCell("formula_without_value", "a formula without a stored result; save the file in Excel", "")
        return None
    if kind == "s":
        return _text(book.texts[int(value)])
    if kind == "str":
        return _text(value)
    if kind == "e":
        raise BadCell("excel_error", f"the cell shows {value}", value)
    if kind == "b":
        return "true" if value == "1" else "false"
    if kind == "d":
        return value.replace("T", " ")
    style = int(cell.get("s", 0))
    return number_text(value, book.formats[style] if style < len(book.formats) else "General", book.from_1904)


def _text(value: str) -> str | None:
    if _SCIENTIFIC.fullmatch(value):
        raise BadCell("precision_lost", "text in scientific notation: the digits of the number it was are lost", value)
    if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise BadCell(
            "bad_encoding", "the text has a NUL or half a character", value.encode("ascii", "replace").decode()
        )
    return value


@cache
def _kind(code: str) -> str:
    """What a number format shows: duration, date, time, zeros (00000) or number."""
    plain = re.sub(r'"[^"]*"|\\.|_.|\*.', "", code.split(";")[0]).lower()
    if re.search(r"\[[hms]+\]", plain):
        return "duration"
    plain = re.sub(r"\[[^\]]*\]|general|e[+-]", "", plain)
    if re.search(r"[dy]", plain) or (re.search(r"m", plain) and not re.search(r"[hs]", plain)):
        return "date"
    if re.search(r"[hs]", plain):
        return "time"
    return "zeros" if re.fullmatch(r"0{2,}", plain) else "number"


@lru_cache(maxsize=1 << 16)
def number_text(value: str, code: str, from_1904: bool) -> str:
    """A stored number as shown: date, time, padded, or plain digits without exponent."""
    kind = _kind(code)
    if kind == "number" and len(value) < 16 and value.isdecimal():
        return value.lstrip("0") or "0"
    if kind in ("date", "time", "duration"):
        return moment_text(value, kind, from_1904)
    number = Decimal(value)
    if not number.is_finite():
        raise BadCell("excel_error", f"the cell holds {value}", value)
    if number == number.to_integral_value():
        if abs(number) >= 10**15:
            raise BadCell("precision_lost", "more than 15 digits, of which Excel keeps 15; deliver it as text", value)
        whole = str(int(number))
        return whole.zfill(len(code)) if kind == "zeros" and number >= 0 else whole
    return format(Decimal(f"{float(value):.15g}"), "f")


def moment_text(value: str, kind: str, from_1904: bool) -> str:
    """A serial day number as ISO text. Excel's 1900 calendar has a 29 February that never was: day 60."""
    micros = int((Decimal(value) * 86_400_000).to_integral_value()) * 1000
    days, within = divmod(micros, 86_400_000_000)
    clock = timedelta(microseconds=within)
    if kind == "duration":
        seconds = micros // 1_000_000
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if days == 0 and (kind == "time" or not from_1904):
        return (datetime(1900, 1, 1) + clock).time().isoformat()
    if days < 0 or days > 2_958_465 or (days == 60 and not from_1904):
        raise BadCell("bad_date", f"{value} is no day of Excel's calendar", value)
    start = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 31) if days < 60 else datetime(1899, 12, 30)
    try:
        moment = start + timedelta(days=days) + clock
    except OverflowError as error:
        raise BadCell("bad_date", f"{value} is no day of Excel's calendar", value) from error
    return moment.date().isoformat() if not within else moment.isoformat(sep=" ")
