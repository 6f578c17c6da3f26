"""A small company laid straight into core tables, so that only the marts under test are built."""

from pathlib import Path

import duckdb

COMPANY = Path(__file__).with_name("company.sql")

DATED = {
    "fct_orders": "ordered_on", "fct_order_lines": "ordered_on", "fct_returns": "returned_on",
    "dim_dates": "date_on", "customer_interactions": "happened_on",
    "fct_campaign_contacts": "sent_on", "fct_campaign_responses": "responded_on",
    "fct_tickets": "opened_on", "fct_surveys": "answered_on", "fct_engagements": "occurred_on",
}  # fmt: skip


def lay(path: Path, until: str = "2023-12-31", where: str = "true") -> Path:
    """Writes the company's core tables, nothing dated after `until`; `where` keeps some of the customers' orders."""
    with duckdb.connect(str(path)) as con:
        con.execute(COMPANY.read_text(encoding="utf-8"))
        con.execute(f"delete from core.fct_orders where not ({where})")
        con.execute("delete from core.fct_order_lines where order_id not in (select order_id from core.fct_orders)")
        for table, day in DATED.items():
            con.execute(f"delete from core.{table} where {day} > date '{until}'")
    return path
