"""Parquet to text, value by value as exact as the file: runs in the worker only.

Integers plain, decimals with their scale, floats by their shortest text that reads back the same (2.55 stays 2.55,
17850.0 stays 17850.0), dates and times ISO, instants with their offset, booleans true and false, nested values JSON.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from worker import Refused


def read(options: dict) -> tuple[list[str], dict, Iterator[list[pa.Array]]]:
    """Column names, facts of the footer, and batches of text arrays."""
    try:
        file = pq.ParquetFile(options["path"], pre_buffer=False)
    except (pa.ArrowInvalid, OSError) as error:
        raise Refused("truncated_parquet", f"no intact Parquet footer ({error}); deliver the file again") from error
    meta, schema = file.metadata, file.schema_arrow
    if len(schema) > options["max_columns"]:
        raise Refused("too_many_columns", f"{len(schema):,} columns; at most {options['max_columns']:,} are read")
    rows = sum(meta.row_group(i).num_rows for i in range(meta.num_row_groups))
    if rows != meta.num_rows or rows < 0:
        raise Refused("wrong_count", f"the footer counts {meta.num_rows:,} rows, its row groups {rows:,}")
    for field in schema:
        _check(field.name, field.type)
    size = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
    return schema.names, {"records": rows}, _batches(file, rows, max(size, 1), options["batch"])


def _check(name: str, kind: pa.DataType) -> None:
    if pa.types.is_duration(kind) or pa.types.is_interval(kind):
        raise Refused("unsupported_type", f"column {name!r} has type {kind}; deliver it as text")


def _batches(file: pq.ParquetFile, rows: int, size: int, room: int) -> Iterator[list[pa.Array]]:
    per_batch = max(1_000, min(250_000, room * max(rows, 1) // size))
    pool = ThreadPoolExecutor(2)  # casts release the interpreter lock
    try:
        for batch in file.iter_batches(batch_size=per_batch):
            yield [*pool.map(text, batch.columns), pa.nulls(batch.num_rows, pa.string())]
    except (pa.ArrowInvalid, OSError) as error:
        raise Refused("damaged_parquet", f"a page cannot be read ({error}); deliver the file again") from error


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
        with suppress(pa.ArrowInvalid):  # real nanoseconds keep their nine digits
            column = column.cast(pa.timestamp("us", kind.tz))
    if pa.types.is_nested(kind):
        dump = json.JSONEncoder(ensure_ascii=False, default=str).encode
        values = [None if value is None else dump(value) for value in column.to_pylist()]
        return pa.array(values, pa.string())
    return column.cast(pa.string())  # binary that is not UTF-8 raises ArrowInvalid


def _float_text(column: pa.Array) -> pa.Array:
    """Shortest text that reads back the same; whole numbers plain with `.0`, which tells a float from an integer."""
    plain = column.cast(pa.string())
    whole = pc.fill_null(pc.and_(pc.equal(column, pc.trunc(column)), pc.less(pc.abs(column), 2.0**53)), False)
    if not pc.any(whole).as_py():
        return plain
    integers = pc.if_else(whole, column, pa.scalar(0, column.type)).cast(pa.int64()).cast(pa.string())
    return pc.if_else(whole, pc.binary_join_element_wise(integers, ".0", ""), plain)
