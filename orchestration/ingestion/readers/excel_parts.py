"""The parts of an .xlsx container: which sheet, its shared texts, number formats and merged cells. Worker only."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

from worker import Refused

_PIECE = 1 << 20
BUILT_IN = {  # the numbered formats of the standard that show dates and times; day, month and year order is local
    **dict.fromkeys([14, 15, 16, 17, *range(27, 32), 36, *range(50, 59)], "yyyy-mm-dd"),
    **dict.fromkeys([18, 19, 20, 21, *range(32, 36), 45, 47], "hh:mm:ss"),
    22: "yyyy-mm-dd hh:mm",
    46: "[h]:mm:ss",
}


@cache
def local(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2]


@dataclass
class Book:
    """An opened workbook: one sheet, and all that is needed to show its cells."""

    archive: zipfile.ZipFile
    sheet: str = ""
    part: str = ""
    from_1904: bool = False
    texts: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)  # number format by cell style
    records: int = 0
    merged: list[tuple[str, int, int, int, int]] = field(default_factory=list)  # anchor, first and last column and row


def open_book(options: dict) -> Book:
    """Check the container, then read everything but the rows. Raises Refused."""
    with Path(options["path"]).open("rb") as file:
        if file.read(4) == b"\xd0\xcf\x11\xe0":
            raise Refused("unsupported_excel", "an old .xls or a protected workbook; save it as .xlsx without password")
    try:
        archive = zipfile.ZipFile(options["path"])
        _check_archive(archive, options)
        book = Book(archive)
        _workbook(book, options["sheet"])
        book.texts = list(_texts(archive))
        book.formats = _formats(archive)
        _survey(book)
    except (zipfile.BadZipFile, EOFError, KeyError, ElementTree.ParseError, zipfile.zlib.error) as error:
        raise Refused("truncated_excel", f"not a whole .xlsx workbook ({error}); deliver the file again") from error
    return book


def _check_archive(archive: zipfile.ZipFile, options: dict) -> None:
    unpacked = packed = 0
    for part in archive.infolist():
        unpacked, packed = unpacked + part.file_size, packed + part.compress_size
        if part.filename.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", part.filename):
            raise Refused("unsafe_archive", f"a part of the workbook points outside of it ({part.filename!r})")
    if unpacked > options["unpacked"] or (unpacked > 64 << 20 and unpacked > options["ratio"] * packed):
        raise Refused("archive_too_large", f"unpacks to {unpacked:,} bytes from {packed:,}; deliver it as CSV")


def pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """A part in pieces. Refuses document type declarations, the way into entity bombs."""
    with archive.open(part) as file:
        last = b""
        while piece := file.read(_PIECE):
            if b"<!DOCTYPE" in last + piece or b"<!ENTITY" in last + piece:
                raise Refused("unsafe_archive", f"{part} declares a document type; Excel never does")
            last = piece[-16:]
            yield piece


def _tree(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    return ElementTree.fromstring(b"".join(pieces(archive, part)))


def _workbook(book: Book, wanted: str | None) -> None:
    root = _tree(book.archive, "xl/workbook.xml")
    targets = {}
    for relation in _tree(book.archive, "xl/_rels/workbook.xml.rels"):
        target = relation.get("Target", "")
        targets[relation.get("Id")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    visible, names = [], []
    for element in root.iter():
        if local(element.tag) == "workbookPr":
            book.from_1904 = element.get("date1904") in ("1", "true")
        elif local(element.tag) == "sheet":
            key = next((value for name, value in element.items() if local(name) == "id"), None)
            names.append(element.get("name"))
            if element.get("name") == wanted or (wanted is None and element.get("state", "visible") == "visible"):
                visible.append((element.get("name"), targets.get(key)))
    if not visible or not visible[0][1]:
        what = f"no sheet {wanted!r}" if wanted else "no visible sheet"
        raise Refused("missing_sheet", f"{what}; the workbook has {', '.join(map(repr, names))}: set `sheet:`")
    book.sheet, book.part = visible[0]


def _texts(archive: zipfile.ZipFile) -> Iterator[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return
    for _ in pieces(archive, "xl/sharedStrings.xml"):
        pass  # only the check
    with archive.open("xl/sharedStrings.xml") as file:
        for _, element in ElementTree.iterparse(file):
            if local(element.tag) == "si":
                yield plain_text(element)
                element.clear()


def plain_text(element: ElementTree.Element) -> str:
    """The text of a string item: its runs without phonetic hints, escapes such as _x000D_ resolved."""
    parts = []
    for child in element:
        if local(child.tag) == "t":
            parts.append(child.text or "")
        elif local(child.tag) == "r":
            parts += [run.text or "" for run in child if local(run.tag) == "t"]
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), "".join(parts))


def _formats(archive: zipfile.ZipFile) -> list[str]:
    if "xl/styles.xml" not in archive.namelist():
        return []
    root = _tree(archive, "xl/styles.xml")
    own = {
        int(element.get("numFmtId", 0)): element.get("formatCode", "")
        for element in root.iter()
        if local(element.tag) == "numFmt"
    }
    styles = next((element for element in root if local(element.tag) == "cellXfs"), ())
    ids = [int(style.get("numFmtId", 0)) for style in styles]
    return [own.get(number) or BUILT_IN.get(number, "General") for number in ids]


def _survey(book: Book) -> None:
    """Count the rows that hold anything, by their bytes alone, before any parser sees them; note the merged cells."""
    row, filled = re.compile(rb"<(?:\w+:)?row[ />]"), re.compile(rb"<(?:\w+:)?(?:v|is|f)[ />]")
    merge = re.compile(rb"<(?:\w+:)?mergeCell [^>]*ref=[\"']([A-Z]+)(\d+):([A-Z]+)(\d+)[\"']")
    rest = b""
    for piece in pieces(book.archive, book.part):
        rest += piece
        starts = [found.start() for found in row.finditer(rest)]
        if len(starts) > 1:
            for start, stop in pairwise(starts):
                book.records += filled.search(rest, start, stop) is not None
            rest = rest[starts[-1] :]
        if len(rest) > 64 << 20:
            raise Refused("record_too_long", "one row of the sheet is longer than 64 MB")
    end = rest.rfind(b"sheetData>")
    book.records += row.match(rest) is not None and filled.search(rest, 0, end) is not None
    for first, top, last, bottom in merge.findall(rest):
        area = (column_number(first.decode()), column_number(last.decode()), int(top), int(bottom))
        book.merged.append((f"{first.decode()}{top.decode()}", *area))


@cache
def column_number(letters: str) -> int:
    """A -> 1, AA -> 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
