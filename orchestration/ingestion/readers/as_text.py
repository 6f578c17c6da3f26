"""Arrow values as text, each as exact as the file, and which of them may stay typed because nothing is lost.

Integers plain, decimals with their scale, floats by their shortest text that reads back the same (2.55 stays 2.55,
17850.0 stays 17850.0), dates and times ISO, instants with their offset, booleans true and false, nested values JSON.
Imports nothing of this package: the worker process uses it, too.
"""

import json
from contextlib import suppress

import pyarrow as pa
import pyarrow.compute as pc

# Days since 1970 of 0001-01-02 and 9999-12-30: beyond, engines write dates differently and time zones overflow.
FIRST, LAST = -719_161, 2_932_895
_PER_DAY = {"ms": 86_400_000, "us": 86_400_000_000}
_CLOCK = {"ms": "%Y-%m-%d %H:%M:%S.%g", "us": "%Y-%m-%d %H:%M:%S.%f"}


def text(column: pa.Array) -> pa.Array:
    """Any Arrow array as strings, nulls kept."""
    kind = column.type
    if isinstance(column, pa.ExtensionArray):
        return text(column.storage)
    if pa.types.is_dictionary(kind):
        return text(column.dictionary_decode())
    if pa.types.is_floating(kind):
        return _float_text(column)
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = _micros(column)
    if pa.types.is_nested(kind):
        dump = json.JSONEncoder(ensure_ascii=False, default=str).encode
        values = [None if value is None else dump(value) for value in column.to_pylist()]
        return pa.array(values, pa.string())
    return column.cast(pa.string())  # binary that is not UTF-8 raises ArrowInvalid


def typed(column: pa.Array) -> pa.Array:
    """The array as it is where `sql_text` of it equals `text` of it for every value, else its text."""
    kind = column.type
    if pa.types.is_dictionary(kind) and pa.types.is_string(kind.value_type) and not column.dictionary.null_count:
        return column
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = _micros(column)
        kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return column
    if pa.types.is_decimal128(kind) and 0 <= kind.scale <= 4 and kind.scale < kind.precision:
        return column
    if pa.types.is_date32(kind) or (pa.types.is_timestamp(kind) and kind.unit in _CLOCK and kind.tz in (None, "UTC")):
        return column if _ordinary(column) else text(column)
    return text(column)


def sql_text(name: str, kind: pa.DataType) -> str:
    """SQL that turns the column `name` (quoted), registered with DuckDB as Arrow type `kind`, into `text` of it."""
    if not pa.types.is_timestamp(kind):
        return f"{name}::varchar"
    if kind.tz:
        return f"strftime({name} at time zone 'UTC', '{_CLOCK[kind.unit]}Z')"
    return f"strftime({name}::timestamp, '{_CLOCK[kind.unit]}')"


def _micros(column: pa.Array) -> pa.Array:
    with suppress(pa.ArrowInvalid):  # real nanoseconds keep their nine digits
        column = column.cast(pa.timestamp("us", column.type.tz))
    return column


def _ordinary(column: pa.Array) -> bool:
    """Whether all dates or times lie in years of four digits, a day's distance from either end."""
    ends = pc.min_max(column)
    unit = _PER_DAY.get(getattr(column.type, "unit", None), 1)
    return not ends["min"].is_valid or (FIRST * unit <= ends["min"].value and ends["max"].value <= LAST * unit)


def _float_text(column: pa.Array) -> pa.Array:
    """Shortest text that reads back the same; whole numbers plain with `.0`, which tells a float from an integer."""
    plain = column.cast(pa.string())
    whole = pc.fill_null(pc.and_(pc.equal(column, pc.trunc(column)), pc.less(pc.abs(column), 2.0**53)), False)
    if not pc.any(whole).as_py():
        return plain
    integers = pc.if_else(whole, column, pa.scalar(0, column.type)).cast(pa.int64()).cast(pa.string())
    return pc.if_else(whole, pc.binary_join_element_wise(integers, ".0", ""), plain)
