"""R4, R9, F-35, F-37, F-49: the same facts give the same release, however they were cut, ordered or repeated."""

import csv
import random
import re
from pathlib import Path

import pytest

from orchestration import pipeline
from orchestration.settings import Settings

pytestmark = pytest.mark.usefixtures("dbt")  # it has parsed the project, which takes half a minute

FEED = """\
feed: till
system: till
source: {{type: files, path: "{source}/*.csv", version: '(\\d{{4}}-\\d{{2}}-\\d{{2}})'}}
timezone: Europe/London
currency: GBP
streams:
  orders:
    map: {{order_ref: receipt, customer_ref: customer, ordered_at: sold_at, updated_at: changed}}
  order_lines:
    map:
      order_ref: receipt
      product_ref: sku
      quantity: qty
      unit_price: price
      ordered_at: sold_at
      updated_at: changed
  customers:
    where: customer is not null and customer <> ''
    map: {{customer_ref: customer, email: email, updated_at: changed}}
"""
HEADER = ["receipt", "customer", "email", "sku", "qty", "price", "sold_at", "changed"]


def _days(seed: int = 5) -> dict[str, list[list]]:
    """Records by day; receipts have one to four lines, some of them equal; some days bring a later version."""
    chance, days = random.Random(seed), {}
    for day in range(1, 7):
        on, rows = f"2026-04-{day:02}", []
        for receipt in range(12):
            customer = "" if chance.random() < 0.3 else f"c{chance.randint(1, 15)}"
            at = f"{on}T{chance.randint(9, 18):02}:{chance.randint(0, 59):02}:00"
            head = [f"{day}-{receipt}", customer, f"{customer}@example.org" if customer else ""]
            for _ in range(chance.randint(1, 3)):
                line = [*head, f"p{chance.randint(1, 3)}", chance.randint(1, 2), f"{chance.randint(1, 3)}.99", at, at]
                rows += [line] * (2 if chance.random() < 0.2 else 1)
        days[on] = rows
    return days


def _write(path: Path, rows: list[list]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *rows])


# How records were delivered can show in what reads deliveries and versions; all else reads only these.
NEAR_DELIVERIES = ["+path:models/core", "+dim_customers", "+daily_sales", "+row_accounting"]


def _release(
    home: Path, batches: list[dict[str, list[list]]], threads: int = 2, select: list[str] | None = None
) -> str:
    """Deliver the batches one run of ingestion each, build, release; the content hash."""
    source = home / "source"
    (home / "feeds").mkdir(parents=True)
    (home / "feeds" / "till.yml").write_text(FEED.format(source=source))
    here = Settings(home=home, base_currency="GBP", as_of=None, threads=threads, releases_kept=5)
    for batch in batches:
        for name, rows in batch.items():
            _write(source / f"{name}.csv", rows)
        pipeline.ingest(here)
    made_of = pipeline.inputs(here)
    pipeline.judge(pipeline.transform(here, made_of.as_of, select=select, tests=False))
    return pipeline.publish(here, made_of).content_hash


def _whole_year_in_one(days: dict) -> list[dict]:
    return [{"all-2026-04-06": [row for rows in days.values() for row in rows]}]


def _one_run_a_day(days: dict) -> list[dict]:
    return [{day: rows} for day, rows in days.items()]


def _twice_under_other_names(days: dict) -> list[dict]:
    return [days, {f"copy-{day}": rows for day, rows in days.items()}]


def _newest_first(days: dict) -> list[dict]:
    return [{day: days[day]} for day in sorted(days, reverse=True)]


def _rows_shuffled(days: dict) -> list[dict]:
    chance = random.Random(1)
    return [{day: chance.sample(rows, len(rows)) for day, rows in days.items()}]


def _split_by_receipt(days: dict) -> list[dict]:
    half = {f"{day}-a": [r for r in rows if int(r[0].split("-")[1]) % 2] for day, rows in days.items()}
    rest = {f"{day}-b": [r for r in rows if not int(r[0].split("-")[1]) % 2] for day, rows in days.items()}
    return [half, rest]


def _overlapping(days: dict) -> list[dict]:
    names = sorted(days)
    first = [row for day in names[:4] for row in days[day]]
    last = [row for day in names[2:] for row in days[day]]
    return [{f"first-{names[3]}": first}, {f"last-{names[-1]}": last}]


VARIANTS = (
    _whole_year_in_one, _one_run_a_day, _twice_under_other_names, _newest_first, _rows_shuffled, _split_by_receipt,
    _overlapping,
)  # fmt: skip


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> str:
    return _release(tmp_path_factory.mktemp("reference") / "home", [_days()], select=NEAR_DELIVERIES)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: re.sub("_", " ", v.__name__).strip())
def test_the_same_facts_delivered_otherwise_give_the_same_release(variant, reference, tmp_path):
    assert _release(tmp_path / "home", variant(_days()), select=NEAR_DELIVERIES) == reference


def test_the_number_of_threads_does_not_show_in_any_mart(tmp_path):
    hashes = {threads: _release(tmp_path / str(threads) / "home", [_days()], threads) for threads in (1, 2, 4)}
    assert len(set(hashes.values())) == 1, hashes


def test_other_facts_give_another_release(reference, tmp_path):
    changed = _days()
    changed["2026-04-03"][0] = [*changed["2026-04-03"][0][:5], "9.99", *changed["2026-04-03"][0][6:]]
    assert _release(tmp_path / "home", [changed], select=NEAR_DELIVERIES) != reference
