"""What a feed would make of a file, tried in a database in memory that is thrown away."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

import duckdb

from orchestration.ingestion.accounting import Delivery
from orchestration.ingestion.gate import Counts
from orchestration.ingestion.ingest import pass_gate
from orchestration.ingestion.landing import Found, Landed
from orchestration.ingestion.model import Feed
from orchestration.ingestion.plan import Lineage
from orchestration.ingestion.store import set_up
from orchestration.settings import Settings
from orchestration.spill import spill

LARGEST = 32_000_000  # bytes; a larger file is not tried, since a check should take seconds

_REFUSED = """
    select stream, coalesce(column_name, '') as column_name, rule, count(distinct record_no) as records,
        arg_min(line_no, record_no) as line_no, arg_min(message, record_no) as message
    from ops.quarantine group by all order by records desc, stream, column_name, rule
"""


@dataclass(frozen=True)
class Refused:
    """Records of a stream that a rule refuses in a column ("" for a record as a whole), and the first of them."""

    stream: str
    column: str
    rule: str
    records: int
    line_no: int | None
    message: str


def tried(feed: Feed, found: Found, settings: Settings) -> tuple[dict[str, Counts], list[Refused]]:
    """What each stream would take of a file, and what would be refused, the most frequent reason first.

    Nothing is written. Raises DeliveryRejected and FeedError, as a run would.
    """
    now = datetime.now(UTC).replace(tzinfo=None)
    size = found.path.stat().st_size
    landed = Landed(str(found.path.absolute()), found.name, "", size, now, found.version)
    version = datetime.combine(found.version, time()) if found.version else now
    with duckdb.connect(config=settings.engine | spill()) as con:
        set_up(con)
        delivery = Delivery("trial", feed, landed, Lineage("trial", found.name, now, now, version), 1)
        counts = pass_gate(con, delivery, settings, guard=False)
        return counts, [Refused(*row) for row in con.execute(_REFUSED).fetchall()]
