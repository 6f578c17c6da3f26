"""A generated company in which all that the identity marts stand on is built, with its planted truth beside it."""

import pytest

from tests.dbt.project import Dbt
from tests.marts.company import Company, build

PEOPLE = 3000  # 30 shared cards, 30 people with many, 4 clerks' cards
FEEDS = {
    *("pos_members", "pos_products", "pos_receipts", "pos_receipt_lines", "pos_stores", "pos_staff"),
    *("crm_accounts", "crm_leads", "desk_requesters", "shop_customers"),
}
MARTS = ("clerk_cards", "shared_cards", "many_card_customers", "customer_golden_cells", "dim_customers")


@pytest.fixture(scope="session")
def company(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Company:
    return build(dbt, tmp_path_factory.mktemp("cards"), PEOPLE, [f"+{mart}" for mart in MARTS], FEEDS)
