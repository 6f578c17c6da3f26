"""The demo company as it would have been built on a past day, by the persons known today."""

from collections import Counter
from pathlib import Path

import duckdb

from tests.dbt.project import Dbt
from tests.marts.company import Company

PAST = "2025-10-17"  # no month end
BUILT = (
    *(f"+path:models/marts/{area}" for area in ("funnel", "sales", "lifecycle", "cohorts", "channels")),
    *(
        f"+{mart}"
        for mart in ("rfm_ledger", "rfm_movements", "rfm_trend", "category_customer_flow", "product_customer_flow")
    ),
    *(f"+{mart}" for mart in ("segment_flows", "order_coverage", "voice_scores", "text_sentiment", "metrics_monthly")),
)
KEPT = ("path:models/identity", "path:models/staging/identity")


def rebuilt(dbt: Dbt, company: Company, folder: Path, as_of: str = PAST) -> Path:
    """A copy of the warehouse with the ledgers built as of a past day; who is who stays as it is known today."""
    database = company.copy(folder / company.database.name)
    dbt.run(database, *BUILT, "--exclude", *KEPT, as_of=as_of)
    return database


def differing(now: Path, past: Path, cut: str, whole: str) -> list[tuple]:
    """Rows, each as often, of `cut` (over the present) and `whole` (over the past) that are not in the other one."""
    found = []
    for database, query in ((now, cut), (past, whole)):
        with duckdb.connect(str(database)) as con:
            found.append(Counter(con.execute(query).fetchall()))
    present, then = found
    return [*(present - then).elements(), *(then - present).elements()]
