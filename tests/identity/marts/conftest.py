"""A generated company in which all that the identity marts stand on is built, with its planted truth beside it."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from orchestration.demo import generate
from orchestration.ingestion.feeds import load_feeds
from orchestration.ingestion.ingest import ingest_feed
from orchestration.ingestion.store import connect, create_tables
from orchestration.settings import settings
from tests.dbt.conftest import dbt, raw
from tests.dbt.project import Dbt

__all__ = ["dbt", "raw"]

PEOPLE = 3000  # 30 shared cards, 30 people with many, 4 clerks' cards
AS_OF = "2026-06-30"
FEEDS = {
    *("pos_members", "pos_products", "pos_receipts", "pos_receipt_lines", "pos_stores", "pos_staff"),
    *("crm_accounts", "crm_leads", "desk_requesters", "shop_customers"),
}
MARTS = ("clerk_cards", "shared_cards", "many_card_customers", "customer_golden_cells", "dim_customers")


@dataclass
class Company:
    """A built work database and the folder of its truth."""

    work: Path
    truth: Path

    def query(self, sql: str) -> list[tuple]:
        """Rows of a query in which `truth/` stands for the company's truth."""
        with duckdb.connect(str(self.work)) as con:
            return con.execute(sql.replace("'truth/", f"'{self.truth}/")).fetchall()


@pytest.fixture(scope="session")
def company(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Company:
    home = tmp_path_factory.mktemp("cards")
    generate(home, PEOPLE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_HOME", str(home))
        place = settings()
    con = connect(place)
    create_tables(con)
    for feed in load_feeds(place.feeds):
        if feed.feed in FEEDS:
            list(ingest_feed(con, feed, place))
    con.close()
    dbt.run(home / "work.duckdb", *(f"+{mart}" for mart in MARTS), as_of=AS_OF)
    return Company(home / "work.duckdb", home / "truth")
