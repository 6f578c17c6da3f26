"""The last hand on the company's files: bad records, awkward deliveries, Chinese encoding, Excel."""

import csv
import shutil
import zipfile
from pathlib import Path

from orchestration.demo.dirt import plant

EXCEL = {"quota-pos": "pos/quota.xlsx", "quota-crm": "crm/quota.xlsx"}
NEVER = (2026, 7, 1, 0, 0, 0)  # date of every member of a workbook, for equal bytes


def finish(con, home: Path, scratch: Path, customers: int) -> None:
    """Finish the files under home/demo and note in home/truth what was done to them."""
    demo, truth = home / "demo", home / "truth"
    _save(con, plant(demo, customers), truth / "expected_quarantine.parquet")
    _save(con, _redeliver(demo), truth / "deliveries.parquet")
    for path in sorted((demo / "pos_cn").glob("*.csv")):
        _encode(path, "gb18030")
    for name, target in EXCEL.items():
        _workbook(con, scratch / "base" / f"{name}.parquet", demo / target)


def _save(con, rows: list[dict], target: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(rows), target)


def _redeliver(demo: Path) -> list[dict]:
    """A file under two names, a file that corrects an earlier one, and lines that come late in a file of their own."""
    twice = demo / "pos" / "receipts_2025-03_sent_2025-04-01.csv"
    shutil.copyfile(twice, twice.with_name("receipts_2025-03_sent_2025-04-02.csv"))
    wrong = demo / "pos" / "receipt-lines_2025-11_sent_2025-12-01.csv"
    right = wrong.with_name("receipt-lines_2025-11_sent_2025-12-04.csv")
    wrong.rename(right)
    corrected = _misprice(right, wrong)
    whole = demo / "shop" / "order-lines_2025-08.csv"
    late = _split(whole, whole.with_name("order-lines_2025-08_late.csv"))
    return [
        {"feed": "pos_receipts", "file_name": "receipts_2025-03_sent_2025-04-02.csv", "what": "same bytes again", "records": None},
        {"feed": "pos_receipt_lines", "file_name": right.name, "what": "corrects prices of the file before", "records": corrected},
        {"feed": "shop_order_lines", "file_name": "order-lines_2025-08_late.csv", "what": "late lines", "records": late},
    ]


def _misprice(right: Path, wrong: Path) -> int:
    """Write `right` to `wrong` with a comma lost in the price of every ninth line; their number."""
    count = 0
    with right.open(encoding="utf-8", newline="") as source, wrong.open("w", encoding="utf-8", newline="") as target:
        rows = csv.reader(source)
        writer = csv.writer(target, lineterminator="\n")
        header = next(rows)
        writer.writerow(header)
        price = header.index("Price")
        for number, row in enumerate(rows):
            if number % 9 == 4:
                row[price] = row[price].replace(".", "")
                count += 1
            writer.writerow(row)
    return count


def _split(whole: Path, late: Path) -> int:
    """Move every twentieth line of `whole` to `late`; their number."""
    header, *lines = whole.read_text(encoding="utf-8").splitlines(keepends=True)
    moved = lines[7::20]
    whole.write_text(header + "".join(line for n, line in enumerate(lines) if n % 20 != 7), encoding="utf-8", newline="")
    late.write_text(header + "".join(moved), encoding="utf-8", newline="")
    return len(moved)


def _encode(path: Path, encoding: str) -> None:
    """Turn a UTF-8 file into another encoding, in pieces."""
    other = path.with_suffix(".tmp")
    with path.open(encoding="utf-8", newline="") as source, other.open("w", encoding=encoding, newline="") as target:
        while piece := source.read(1 << 20):
            target.write(piece)
    other.replace(path)


def _workbook(con, source: Path, target: Path) -> None:
    """One sheet of a small table; equal input gives equal bytes, which openpyxl alone does not promise."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Quota"
    result = con.execute(f"select * from read_parquet('{str(source).replace(chr(39), chr(39) * 2)}')")
    sheet.append([column[0] for column in result.description])
    for row in result.fetchall():
        sheet.append(row)
    loose = target.with_suffix(".tmp")
    book.save(loose)
    with zipfile.ZipFile(loose) as unsorted, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(unsorted.namelist()):
            content = unsorted.read(name)
            if name == "docProps/core.xml":
                content = _without_dates(content)
            packed.writestr(zipfile.ZipInfo(name, NEVER), content, zipfile.ZIP_DEFLATED)
    loose.unlink()


def _without_dates(core: bytes) -> bytes:
    """Document properties without the moments of creation and change."""
    import re

    return re.sub(rb"<dcterms:(created|modified).*?</dcterms:\1>", b"", core)
