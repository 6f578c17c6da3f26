"""Delivered columns that come typed (Parquet): text for those who ask for text, values straight where nothing is lost.

Both ways must give the same rows. So a value goes straight only where its text would have been cast back to it, and
what is refused is always explained from its text.
"""

import pyarrow as pa

from orchestration.contract import Column
from orchestration.ingestion.model import Feed
from orchestration.ingestion.readers.as_text import sql_text
from orchestration.ingestion.store import quoted
from orchestration.ingestion.values import as_utc, in_utc

Kinds = frozenset[tuple[str, pa.DataType]]  # columns that are not text, by name in lower case
MARK = "\x01"  # ends the name of a typed column beside its text


def kinds_of(table: pa.Table) -> Kinds:
    """The columns of a chunk that came typed; dictionaries of texts are text."""
    return frozenset(
        (field.name.casefold(), field.type)
        for field in table.schema
        if field.name != "_record_no" and not _is_text(field.type)
    )


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind)


def columns_of(table: pa.Table) -> list[str]:
    """What to select of a chunk: all columns as text, and the typed ones again under their mark."""
    chosen = []
    for field in table.schema:
        name = quoted(field.name)
        if field.name == "_record_no" or _is_text(field.type):
            chosen.append(name)
        else:
            chosen.append(f"{sql_text(name, field.type)} as {name}, {name} as {marked(field.name)}")
    return chosen


def marked(name: str) -> str:
    """SQL name of the typed column beside its text; DuckDB sees no case."""
    return quoted(name + MARK)


def straight(column: Column, feed: Feed, kind: pa.DataType | None, value: str) -> str | None:
    """SQL of the contract value from the typed `value`; None where only its text gives the same."""
    if kind is None or column.allowed or _may_be_null(feed.nulls, kind):
        return None
    integer = pa.types.is_integer(kind)
    if column.type == "integer" and integer:
        return f"try_cast({value} as {column.sql_type})"
    if column.type == "decimal" and (integer or (pa.types.is_decimal(kind) and not feed.decimal_comma)):
        return f"try_cast({value} as {column.sql_type})"
    if (column.type == "date" and pa.types.is_date32(kind)) or (column.type == "boolean" and pa.types.is_boolean(kind)):
        return value
    if column.type == "timestamp" and pa.types.is_timestamp(kind):
        return as_utc(value) if kind.tz else in_utc(f"{value}::timestamp", feed.timezone)
    return None


def _may_be_null(nulls: tuple[str, ...], kind: pa.DataType) -> bool:
    """Whether a text that means no value can be the text of a value of this type."""
    if pa.types.is_boolean(kind):
        return not {"true", "false"}.isdisjoint(nulls)
    return any(character.isdigit() for text in nulls for character in text)
