"""What staging adds to a stream's columns: the rules that the dbt models follow and their generated yml describes."""

from collections.abc import Iterator
from dataclasses import dataclass

from orchestration.contract.model import Column, Stream

NOT_MONEY = frozenset({"quantity", "satisfaction_score", "rate"})

# Streams without event time whose rows still belong to a day.
DAY_OF = {"customers": "created_at", "profiles": "created_at", "ad_spend": "spend_on"}

# Account that every staged row gives of the raw rows it stands for: macros/winners.sql.
ACCOUNT = {
    "_delivered_rows": "Raw rows that were delivered for this row, itself included.",
    "_duplicate_rows": "Of these, rows that say exactly what another one says.",
    "_conflicting_rows": "Of these, other payloads of this row's own version (F-46); the rest are older.",
}


@dataclass(frozen=True)
class StagedColumn:
    """A column of a staging model; `sql_type` is DuckDB's name of the type."""

    name: str
    sql_type: str
    about: str
    pii: str = "none"


def counts_from(stream: Stream) -> str | None:
    """Column whose day decides whether a row counts at as_of; None for streams that hold no events."""
    return stream.event_time or DAY_OF.get(stream.name)


def is_money(stream: Stream, column: Column) -> bool:
    """Whether the column is an amount in the currency of its row."""
    return column.type == "decimal" and "currency" in stream.columns and column.name not in NOT_MONEY


def local_day(column: Column, stream: Stream) -> str | None:
    """Name of the business date beside a time of the contract (ordered_at -> ordered_on); None for versions."""
    if column.type != "timestamp" or column.name == stream.version:
        return None
    return column.name.removesuffix("_at") + "_on"


def _beside(column: Column, stream: Stream) -> Iterator[StagedColumn]:
    if column.name == "email":
        yield StagedColumn(
            "email_norm", "varchar", "E-mail for comparison: lower case; empty when it is none.", "direct"
        )
    if column.name == "phone":
        yield StagedColumn("phone_norm", "varchar", "Phone for comparison: digits, with country if known.", "direct")
    if day := local_day(column, stream):
        yield StagedColumn(day, "date", f"Business date of {column.name} in the zone of the source.", column.pii)
    if is_money(stream, column):
        about = f"{column.en} in the base currency; empty when no rate is known."
        yield StagedColumn(f"{column.name}_base", column.sql_type, about)


def staged_columns(stream: Stream) -> list[StagedColumn]:
    """All columns of the staging model of a stream: namespace, contract with derived columns, lineage, account."""
    staged = [StagedColumn("system", "varchar", "Source system that delivered the row; namespace of every *_ref.")]
    for column in stream.columns.values():
        staged.append(StagedColumn(column.name, column.sql_type, column.about, column.pii))
        staged.extend(_beside(column, stream))
    if stream.key_by_content:
        about = "Count among equal lines of one delivery when lines have no number; else 1."
        staged.append(StagedColumn("line_occurrence", "bigint", about))
    staged.append(StagedColumn("_delivery_id", "varchar", "Delivery the row came with; joins to ops.deliveries."))
    staged.append(StagedColumn("_extra", "json", "Delivered columns that the contract does not know."))
    staged.extend(StagedColumn(name, "bigint", about) for name, about in ACCOUNT.items())
    return staged
