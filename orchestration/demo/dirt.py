"""Records that no warehouse can take, planted at the end of some deliveries, and the list of what must be refused.

They stand beside the good records, never in their place, so that the company's own figures stay whole.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

RATE = 4_000  # people per planted record of each sort and file; never less than one


@dataclass(frozen=True)
class Dirt:
    """One sort of bad record: the feed and stream that must refuse it, and the column at fault (None: its shape)."""

    feed: str
    system: str
    stream: str
    files: str
    line: str
    column: str | None
    sort: str


KINDS = (
    Dirt(
        "pos_receipts",
        "pos",
        "orders",
        "pos/receipts_2024-1*_sent_*.csv",
        "R9{n:011d},S1001,E10001,,CARD,19.99,3.33,31/02/2025 11:05:00",
        "ordered_at",
        "impossible date",
    ),
    Dirt(
        "pos_receipts",
        "pos",
        "orders",
        "pos/receipts_2025-0[1-3]_sent_*.csv",
        "R8{n:011d},S1001,E10001,,CASH,1O.50,1.75,14/02/2025 12:40:10",
        "total_amount",
        "letter in a number",
    ),
    Dirt(
        "pos_receipts",
        "pos",
        "orders",
        "pos/receipts_2025-0[5-8]_sent_*.csv",
        "R7{n:011d},S1001,E10001",
        None,
        "short record",
    ),
    Dirt(
        "pos_receipt_lines",
        "pos",
        "order_lines",
        "pos/receipt-lines_2024-0[79]_sent_*.csv",
        "R9{n:011d},1,LL-1009,SAUCEPAN,two,12.99,0.00,03/09/2024 10:00:00",
        "quantity",
        "word for a number",
    ),
    Dirt(
        "pos_receipt_lines",
        "pos",
        "order_lines",
        "pos/receipt-lines_2025-0[24]_sent_*.csv",
        "R8{n:011d},1,LL-1009,SAUCEPAN,1,,0.00,03/02/2025 10:00:00",
        "unit_price",
        "required value missing",
    ),
    Dirt(
        "pos_receipt_lines",
        "pos",
        "order_lines",
        "pos/receipt-lines_2026-0[24]_sent_*.csv",
        "R7{n:011d},1,LL-1009,PAN, LARGE,1,12.99,0.00,03/02/2026 10:00:00",
        None,
        "unquoted delimiter",
    ),
    Dirt(
        "pos_cn_receipts",
        "pos_cn",
        "order_lines",
        "pos_cn/小票_2025-0[368].csv",
        "C9{n:011d},2,S9000,E80030,,微信,LL-1009,奶锅,壹,99.00,0.00,99.00,2025-03-05 12:00:00",
        "quantity",
        "word for a number",
    ),
    Dirt(
        "shop_customers",
        "shop",
        "customers",
        "shop/customers_*.csv",
        "U9{n:08d},Ann,Other,ann{n}@gmail.com,,1990-13-45,female,1 High Street,Leeds,West Yorkshire,LS1 1AA,GB"
        ",,,,,,en,,false,false,2025-01-02 10:00:00,2025-01-02 10:00:00",
        "birth_date",
        "impossible date",
    ),
    Dirt(
        "shop_customers",
        "shop",
        "customers",
        "shop/customers_*.csv",
        ",Ann,Keyless,keyless{n}@gmail.com,,,female,1 High Street,Leeds,West Yorkshire,LS1 1AA,GB"
        ",,,,,,en,,false,false,2025-01-02 10:00:00,2025-01-02 10:00:00",
        "customer_ref",
        "key missing",
    ),
    Dirt(
        "shop_orders",
        "shop",
        "orders",
        "shop/orders_2025-1*.csv",
        "W9{n:011d},,x{n}@gmail.com,,v0,web,card,GBP,teleported,,3.99,13.99,2025-10-01 10:00:00,2025-10-01 10:00:00",
        "status",
        "unknown state",
    ),
    Dirt(
        "desk_tickets",
        "desk",
        "tickets",
        "desk/tickets_2026-0[1-4].csv",
        'T9{n:011d};;;;;;A0010;complaint;low;email;open;"Broken";"It says ""now""\nand fell apart";en;;0;2.00;'
        "0000-00-00 00:00:00;;",
        "opened_at",
        "zero date",
    ),
    Dirt(
        "desk_tickets",
        "desk",
        "tickets",
        "desk/tickets_2025-0[1-4].csv",
        "T8{n:011d};;;;;;A0010;rant;low;email;open;Angry;Very;en;;0;2.00;2025-01-09 10:00:00;;",
        "ticket_kind",
        "unknown kind",
    ),
    Dirt(
        "social_engagements",
        "social",
        "engagements",
        "social/engagements_*.jsonl",
        '{{"id":"g9{n}","profile":"fb1","type":"poke","at":"2025-01-01T10:00:00Z"}}',
        "engagement_kind",
        "unknown kind",
    ),
    Dirt(
        "social_engagements",
        "social",
        "engagements",
        "social/engagements_*.jsonl",
        '{{"id":"g8{n}","profile":"fb1","type":"like","at":"2025-01-01T10',
        None,
        "cut off in the middle",
    ),
)


def plant(demo: Path, customers: int) -> list[dict]:
    """Append the bad records to the company's files (UTF-8 still); one row per record that must be quarantined."""
    each = max(1, customers // RATE)
    records: dict[Path, int] = {}
    planted = []
    for kind in KINDS:
        for number, path in enumerate(sorted(demo.glob(kind.files))):
            if path not in records:
                records[path] = _count(path)
            with path.open("a", encoding="utf-8", newline="") as file:
                for n in range(each):
                    file.write(kind.line.format(n=number * 1_000_000 + n) + "\n")
                    records[path] += 1
                    planted.append(
                        {
                            "feed": kind.feed,
                            "system": kind.system,
                            "stream": kind.stream,
                            "file_name": path.name,
                            "record_no": records[path],
                            "column_name": kind.column,
                            "sort": kind.sort,
                        }
                    )
    return planted


def _count(path: Path) -> int:
    """Records of a file, the header not counted."""
    with path.open(encoding="utf-8", newline="") as file:
        if path.suffix == ".jsonl":
            return sum(1 for _ in file)
        return sum(1 for _ in csv.reader(file, delimiter=";" if path.parent.name == "desk" else ",")) - 1
