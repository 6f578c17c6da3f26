"""F-68, F-69: a merge by hand shows in every mart, its withdrawal restores every row, and ids outlive work.duckdb."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.dbt import _let_go
from orchestration.identity.impact import assess
from orchestration.identity.state import prepare
from orchestration.ingestion.store import connect
from orchestration.release.publish import publish
from orchestration.settings import Settings
from tests.dbt.project import Dbt, Raw

MARTS = ("marts.bridge_customer_identities", "marts.dim_customers", "marts.customer_rfm", "core.fct_orders")
SELECT = ("resource_type:seed", *(f"+{name.split('.')[1]}" for name in MARTS), "customer_id_registry+")
SELECT += ("+customer_id_decisions", "+identity_explanations")
HEADER = "action,record_a,record_b,decided_by,decided_on,reason\n"
MERGE = "merge,customers:shop:1,customers:till:7,Ann,2024-05-04,the same woman\n"


@dataclass
class Company:
    """Two systems, three people, one of whom nothing but a human decision ties together."""

    dbt: Dbt
    settings: Settings

    def deliver(self) -> None:
        raw = Raw(self.settings.work_db)
        raw.add("customers", [
            {"customer_ref": "1", "name": "Ada Lane", "email": "ada@example.org"},
            {"customer_ref": "2", "name": "Bo Chen", "email": "bo@example.org"},
        ])  # fmt: skip
        raw.add("customers", [{"_system": "till", "customer_ref": "7", "name": "Greta Moss", "phone": "+447700900123"}])
        raw.add("leads", [{"lead_ref": "3", "name": "Bo", "email": "bo@example.org", "created_at": "2024-02-01"}])
        for order, (system, customer) in enumerate([("shop", "1"), ("shop", "1"), ("shop", "2"), ("till", "7")], 1):
            at = f"2024-0{order}-10 10:00:00"
            head = {"_system": system, "order_ref": f"o{order}", "currency": "GBP"}
            raw.add("orders", [head | {"customer_ref": customer, "ordered_at": at}])
            raw.add(
                "order_lines", [head | {"line_ref": "1", "product_ref": "p", "quantity": 1, "unit_price": 10 * order}]
            )

    def release(self, lines: str, number: int) -> dict[str, Counter]:
        """One run with these decisions, published; rows of the marts, and log and registry beside them."""
        self.settings.identity_overrides.write_text(HEADER + lines, encoding="utf-8")
        with connect(self.settings) as con:
            prepare(con, self.settings)
        self.dbt.run(self.settings.work_db, *SELECT, base_currency="GBP")
        _let_go()
        checks = assess(self.settings)
        assert [check.message for check in checks if check.blocks] == []
        publish(self.settings, date(2024, 12, 31), f"run {number}")
        with duckdb.connect(str(self.settings.work_db), read_only=True) as con:
            return {name: Counter(con.execute(f"from {name}").fetchall()) for name in MARTS}

    def ask(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.settings.work_db), read_only=True) as con:
            return con.execute(sql).fetchall()


@pytest.fixture(scope="module")
def company(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Company:
    home = tmp_path_factory.mktemp("undo")
    found = Company(dbt, Settings(home=home, base_currency="GBP", as_of=None, threads=2, releases_kept=5))
    found.deliver()
    return found


@pytest.fixture(scope="module")
def runs(company: Company) -> list[dict[str, Counter]]:
    return [company.release(lines, n) for n, lines in enumerate(("", MERGE, ""))]


def person(rows: dict[str, Counter], system: str, ref: str) -> str:
    """The person of an account in a bridge's rows."""
    return next(row[3] for row in rows["marts.bridge_customer_identities"] if row[:3] == (system, "customers", ref))


def test_f68_a_merge_by_hand_shows_in_every_mart(runs):
    apart, merged, _ = runs
    assert person(apart, "shop", "1") != person(apart, "till", "7")
    assert person(merged, "shop", "1") == person(merged, "till", "7")
    assert merged["marts.dim_customers"].total() == apart["marts.dim_customers"].total() - 1
    assert merged["marts.customer_rfm"].total() == apart["marts.customer_rfm"].total() - 1
    for name in MARTS:
        assert merged[name] != apart[name], name


def test_f68_its_withdrawal_restores_every_row_of_every_mart(runs):
    apart, _, undone = runs
    for name in MARTS:
        assert undone[name] == apart[name], name


def test_the_log_and_the_registry_remember_it(company, runs):
    assert company.ask("select decision, event, decided_by from marts.customer_id_decisions order by decision_no") == [
        ("merge", "made", "Ann"),
        ("merge", "made", "Ann"),
        ("merge", "withdrawn", "Ann"),
        ("split", "made", "Ann"),
    ]
    assert company.ask("select distinct status, founded_in from marts.customer_id_registry") == [("active", 1)]


def test_f69_ids_and_log_outlive_the_loss_of_the_database(company, runs):
    state = ("from marts.customer_id_registry order by all", "from marts.customer_id_decisions order by all")
    before = [company.ask(sql) for sql in state]
    merged = company.release(MERGE, 3)
    Path(company.settings.work_db).unlink()
    company.deliver()
    again = company.release(MERGE, 4)
    assert person(again, "till", "7") == person(merged, "till", "7") == person(runs[1], "till", "7")
    assert again == merged
    company.release("", 5)
    assert company.ask(state[0]) == before[0]
    assert company.ask(state[1])[: len(before[1])] == before[1], "the log only grows"
