"""The last hand on the company's files: bad records, awkward deliveries, Chinese encoding, Excel."""

import csv
import json
import shutil
from pathlib import Path

from orchestration.demo.dirt import plant
from orchestration.demo.plan import quoted
from orchestration.demo.workbook import write_workbook

EXCEL = {"quota-pos": "pos/quota.xlsx", "quota-crm": "crm/quota.xlsx"}


def finish(con, home: Path, scratch: Path, customers: int) -> None:
    """Finish the files under home/demo and note in home/truth what was done to them."""
    demo, truth = home / "demo", home / "truth"
    _save(con, plant(demo, customers), scratch, truth / "expected_quarantine.parquet")
    _save(con, _redeliver(demo), scratch, truth / "deliveries.parquet")
    for path in sorted((demo / "pos_cn").glob("*.csv")):
        _encode(path, "gb18030")
    for name, target in EXCEL.items():
        result = con.execute(f"select * from read_parquet('{quoted(scratch / 'base' / name)}.parquet')")
        header = [column[0] for column in result.description]
        write_workbook(demo / target, "Quota", [header, *result.fetchall()])


def _save(con, rows: list[dict], scratch: Path, target: Path) -> None:
    """Write rows as Parquet. By way of a file, because a query parameter would import pandas, which takes a second."""
    loose = scratch / target.with_suffix(".jsonl").name
    loose.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    columns = ", ".join(f"{name}: '{'bigint' if name.startswith('record') else 'varchar'}'" for name in rows[0])
    rows_again = f"from read_json('{quoted(loose)}', format = 'newline_delimited', columns = {{{columns}}})"
    con.execute(f"copy ({rows_again}) to '{quoted(target)}' (format parquet)")


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
    told = [
        ("pos_receipts", "receipts_2025-03_sent_2025-04-02.csv", "same bytes again", None),
        ("pos_receipt_lines", right.name, "corrects prices of the file before", corrected),
        ("shop_order_lines", "order-lines_2025-08_late.csv", "late lines", late),
    ]
    return [dict(zip(("feed", "file_name", "what", "records"), row, strict=True)) for row in told]


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
    kept = [line for n, line in enumerate(lines) if n % 20 != 7]
    whole.write_text(header + "".join(kept), encoding="utf-8", newline="")
    late.write_text(header + "".join(moved), encoding="utf-8", newline="")
    return len(moved)


def _encode(path: Path, encoding: str) -> None:
    """Turn a UTF-8 file into another encoding, in pieces."""
    other = path.with_suffix(".tmp")
    with path.open(encoding="utf-8", newline="") as source, other.open("w", encoding=encoding, newline="") as target:
        while piece := source.read(1 << 20):
            target.write(piece)
    other.replace(path)
