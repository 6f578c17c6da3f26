"""A small company whose deliveries cross every write boundary: daily files, a correction, dirt, two formats."""

import csv
import json
import random
from pathlib import Path

ORDERS_FEED = """\
feed: till
system: till
source: {{type: files, path: "{source}/till/*.csv", version: '(\\d{{4}}-\\d{{2}}-\\d{{2}})'}}
timezone: Europe/London
currency: GBP
streams:
  orders: {{map: {{order_ref: receipt, customer_ref: customer, ordered_at: sold_at}}, where: "kind = 'sale'"}}
  order_lines:
    where: "kind = 'sale'"
    map: {{order_ref: receipt, product_ref: sku, quantity: qty, unit_price: price, ordered_at: sold_at}}
  returns:
    where: "kind = 'return'"
    map:
      return_ref: receipt
      product_ref: sku
      quantity: qty
      amount: try_cast(qty as decimal(18,4)) * try_cast(price as decimal(18,4))
      returned_at: sold_at
"""

CUSTOMERS_FEED = """\
feed: crm
system: crm
source: {{type: files, path: "{source}/crm/*.jsonl", format: jsonl}}
streams:
  customers: {{map: {{customer_ref: id, name: name, email: email, birth_date: born, updated_at: changed}}}}
"""


def write(home: Path, seed: int, days: int = 5, rows: int = 40) -> None:
    """Feeds and sources of the company under `home`; the same seed gives the same bytes."""
    source = home / "sources"
    (home / "feeds").mkdir(parents=True, exist_ok=True)
    (home / "feeds" / "till.yml").write_text(ORDERS_FEED.format(source=source))
    (home / "feeds" / "crm.yml").write_text(CUSTOMERS_FEED.format(source=source))
    chance = random.Random(seed)
    for day in range(1, days + 1):
        _till(source / "till" / f"2026-03-{day:02}.csv", chance, day, rows)
    # One day comes again whole under another name, one overlaps the day before it.
    again = source / "till" / "again-2026-03-02.csv"
    again.write_bytes((source / "till" / "2026-03-02.csv").read_bytes())
    _customers(source / "crm" / "part-1.jsonl", chance, range(0, 30))
    _customers(source / "crm" / "part-2.jsonl", chance, range(20, 45))


def _till(path: Path, chance: random.Random, day: int, rows: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["receipt", "kind", "customer", "sku", "qty", "price", "sold_at"])
        for n in range(rows):
            kind = "return" if chance.random() < 0.15 else "sale"
            price = "not a price" if chance.random() < 0.05 else f"{chance.randint(100, 9999) / 100:.2f}"
            at = f"2026-03-{day:02}T{chance.randint(8, 20):02}:{chance.randint(0, 59):02}:00"
            line = [f"{day}-{n // 2}", kind, f"c{chance.randint(0, 44)}", f"p{chance.randint(1, 9)}", 1, price, at]
            out.writerow(line[:-1] if chance.random() < 0.03 else line)


def _customers(path: Path, chance: random.Random, numbers: range) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for n in numbers:
            born = "31.02.1980" if chance.random() < 0.05 else f"19{chance.randint(50, 99)}-05-17"
            changed = f"2026-03-0{chance.randint(1, 5)}T10:00:00"
            record = {
                "id": f"c{n}",
                "name": f"Name {n} 王",
                "email": f"c{n}@example.org",
                "born": born,
                "changed": changed,
            }
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
