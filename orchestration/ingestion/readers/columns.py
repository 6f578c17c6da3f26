"""What every format asks of column names, and what chunks of text columns look like."""

import numpy as np
import pyarrow as pa

from orchestration.ingestion.limits import LIMITS, Limits
from orchestration.ingestion.model import DeliveryRejected

RECORD_NO = "_record_no"


def check_names(name: str, columns: list[str], limits: Limits = LIMITS) -> None:
    """Refuse column names that cannot be told apart or are missing. Case is no difference: SQL sees none."""
    if len(columns) > limits.columns:
        raise DeliveryRejected(
            "too_many_columns", f"{name}: {len(columns):,} columns; at most {limits.columns:,} are read"
        )
    if "" in columns:
        raise DeliveryRejected("missing_header", f"{name}: column {columns.index('') + 1} has no name in the header")
    seen: set[str] = set()
    for column in columns:
        if column.casefold() == RECORD_NO or "\0" in column:
            raise DeliveryRejected("bad_header", f"{name}: a column may not be named {column!r}")
        if column.casefold() in seen:
            raise DeliveryRejected(
                "duplicate_header", f"{name}: column {column!r} is in the header more than once (case is no difference)"
            )
        seen.add(column.casefold())


def numbered(table: pa.Table, numbers: np.ndarray) -> pa.Table:
    """The table with its record numbers."""
    return table.append_column(RECORD_NO, pa.array(numbers.astype(np.int64)))
