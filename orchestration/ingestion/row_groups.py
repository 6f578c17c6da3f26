"""Chunks cut to the row groups that DuckDB stores, so that its threads fill them side by side.

A thread takes one Arrow batch at a time. Batches that are no whole row group leave parts of row groups behind, which
are stored badly and written again at the checkpoint.
"""

from collections.abc import Iterator

import pyarrow as pa

from orchestration.ingestion.limits import LIMITS, Limits
from orchestration.ingestion.model import BadRecord, Chunk

ROW_GROUP = 122_880  # rows that DuckDB stores together
GATHERED = 4 * ROW_GROUP


def in_row_groups(chunks: Iterator[Chunk], limits: Limits = LIMITS) -> Iterator[Chunk]:
    """The same records in the same order; every chunk but the last holds whole row groups, where memory allows.

    Refused records come with or after their neighbours. Chunks with other columns are not put together.
    """
    held: list[pa.Table] = []
    bad: list[BadRecord] = []
    for chunk in chunks:
        if held and held[0].schema != chunk.table.schema:
            yield _chunk(pa.concat_tables(held), bad)
            held, bad = [], []
        held.append(chunk.table)
        bad += chunk.bad
        rows = sum(table.num_rows for table in held)
        if rows >= GATHERED or sum(table.nbytes for table in held) >= limits.gathered:
            table = pa.concat_tables(held)
            whole = rows // ROW_GROUP * ROW_GROUP or rows
            yield _chunk(table.slice(0, whole), bad)
            held, bad = [table.slice(whole)] if whole < rows else [], []
    if held:
        yield _chunk(pa.concat_tables(held), bad)


def _chunk(table: pa.Table, bad: list[BadRecord]) -> Chunk:
    groups = [table.slice(start, ROW_GROUP).combine_chunks() for start in range(0, table.num_rows, ROW_GROUP)]
    return Chunk(table.num_rows + len(bad), pa.concat_tables(groups) if groups else table, bad)
