"""Excel sheets as rows of text: runs in the worker only.

The first row that holds anything is the header. Hidden rows are records, hidden sheets are not read unless named, rows
without any value are no records, and every cell of a merged area shows the value of the area.
"""

import json
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

import pyarrow as pa
from excel_cells import BadCell, cell_text
from excel_parts import Book, column_number, local, open_book
from worker import Refused

_BATCH = 20_000
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d+)")


def read(options: dict) -> tuple[list[str], dict, Iterator[list[pa.Array]]]:
    """Column names, the count of records, and batches of text arrays."""
    book = open_book(options)
    rows = _rows(book, options["max_columns"])
    if options["header"]:
        first = next(rows, None)
        names = _header(book, first) if first else {}
    else:
        names = dict(enumerate(options["columns"], start=1))
    records = max(book.records - options["header"], 0)
    return list(names.values()), {"records": records}, _batches(book, rows, names)


def _header(book: Book, row: tuple[int, dict[int, str | BadCell]]) -> dict[int, str]:
    number, cells = row
    names = {}
    for column in range(min(cells), max(cells) + 1):
        value = cells.get(column)
        if isinstance(value, BadCell):
            raise Refused("bad_header", f"sheet {book.sheet!r}, row {number}, column {column}: {value}")
        names[column] = (value or "").strip()
    return names


def _rows(book: Book, most: int) -> Iterator[tuple[int, dict[int, str | BadCell]]]:
    """Row number and cells by column, for rows that hold anything."""
    try:
        yield from _parsed(book, most)
    except (ElementTree.ParseError, zipfile.BadZipFile, zipfile.zlib.error, EOFError) as error:
        raise Refused("truncated_excel", f"sheet {book.sheet!r} is not whole ({error}); deliver it again") from error


def _parsed(book: Book, most: int) -> Iterator[tuple[int, dict[int, str | BadCell]]]:
    merges: dict[int, list[tuple[str, int, int]]] = {}
    for anchor, left, right, top, bottom in book.merged[:100_000]:
        for number in range(top, min(bottom, top + 10_000) + 1):
            merges.setdefault(number, []).append((anchor, left, min(right, most)))
    anchors: dict[str, str | BadCell] = {}
    wanted = {merged[0] for merged in book.merged}
    number = 0
    with book.archive.open(book.part) as file:
        for _, element in ElementTree.iterparse(file):
            if local(element.tag) != "row":
                continue
            number = int(element.get("r") or number + 1)
            cells, filled, column = {}, False, 0
            for cell in element:
                place = _REFERENCE.fullmatch(cell.get("r", ""))
                column = column_number(place[1]) if place else column + 1
                filled = filled or len(cell) > 0
                try:
                    value = cell_text(cell, book)
                except BadCell as bad:
                    value = bad
                except (ArithmeticError, ValueError, IndexError) as error:
                    value = BadCell("bad_cell", f"the cell cannot be read ({error})", "")
                if value is not None:
                    cells[column] = value
                if place and place[0] in wanted:
                    anchors[place[0]] = value
            element.clear()  # the tree must not grow with the sheet
            if not filled:
                continue
            for anchor, left, right in merges.get(number, ()):
                if anchors.get(anchor) is not None:
                    cells.update(dict.fromkeys(range(left, right + 1), anchors[anchor]))
            yield number, cells


def _batches(book: Book, rows: Iterator, names: dict[int, str]) -> Iterator[list[pa.Array]]:
    columns: list[list[str | None]] = [[] for _ in range(len(names) + 1)]
    for number, cells in rows:
        bad = _bad(book, number, cells, names)
        for values, column in zip(columns, names, strict=False):
            value = cells.get(column)
            values.append(value if isinstance(value, str) else None)
        columns[-1].append(bad)
        if len(columns[-1]) >= _BATCH:
            yield [pa.array(values, pa.string()) for values in columns]
            columns = [[] for _ in columns]
    if columns[-1]:
        yield [pa.array(values, pa.string()) for values in columns]


def _bad(book: Book, number: int, cells: dict[int, str | BadCell], names: dict[int, str]) -> str | None:
    """Why the row is not a record, as JSON for the reader; None when it is one."""
    wrong = next(((c, v) for c, v in sorted(cells.items()) if isinstance(v, BadCell) and c in names), None)
    beyond = [column for column, value in cells.items() if column not in names and value not in ("", None)]
    if wrong is None and not beyond:
        return None
    content = {
        names.get(column, f"column {column}"): value.value if isinstance(value, BadCell) else value
        for column, value in sorted(cells.items())
    }
    place = f"sheet {book.sheet!r}, row {number}"
    if wrong:
        column, cell = wrong
        why = {
            "rule": cell.rule,
            "message": f"{place}, {names[column]}: {cell}",
            "column": names[column],
            "value": cell.value,
        }
    else:
        why = {"rule": "too_many_columns", "message": f"{place}: a value in column {beyond[0]}, right of the header"}
    return json.dumps({**why, "content": json.dumps(content, ensure_ascii=False)}, ensure_ascii=False)
