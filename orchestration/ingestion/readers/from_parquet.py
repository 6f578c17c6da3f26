"""Parquet to text, or on demand to typed values that lose nothing (as_text.py): runs in the worker only."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq
from as_text import text, typed
from worker import Refused

BYTES_OF_NUMBER = 4
ROW_GROUP = 122_880  # rows that DuckDB stores together


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
    if options["typed"] and (names := _repetitive(meta, schema)):
        file = pq.ParquetFile(options["path"], pre_buffer=False, read_dictionary=names)
    size = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
    return schema.names, {"records": rows}, _batches(file, rows, max(size, 1), options)


def _check(name: str, kind: pa.DataType) -> None:
    if pa.types.is_duration(kind) or pa.types.is_interval(kind):
        raise Refused("unsupported_type", f"column {name!r} has type {kind}; deliver it as text")


def _batches(file: pq.ParquetFile, rows: int, size: int, options: dict) -> Iterator[list[pa.Array]]:
    per_batch = max(1_000, min(ROW_GROUP, options["batch"] * max(rows, 1) // size))
    send = typed if options["typed"] else text
    try:
        for batch in file.iter_batches(batch_size=per_batch, use_threads=False):
            for name, column in zip(batch.schema.names, batch.columns, strict=True):
                _check_text(name, column)
            yield [*map(send, batch.columns), pa.nulls(batch.num_rows, pa.string())]
    except (pa.ArrowInvalid, OSError) as error:
        raise Refused("damaged_parquet", f"a page cannot be read ({error}); deliver the file again") from error


def _check_text(name: str, column: pa.Array) -> None:
    """Parquet does not promise that its texts are UTF-8."""
    values = column.dictionary if pa.types.is_dictionary(column.type) else column
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        try:
            values.validate(full=True)
        except pa.ArrowInvalid as error:
            raise Refused("broken_text", f"column {name!r} holds text that is not UTF-8 ({error})") from error


def _repetitive(meta: pq.FileMetaData, schema: pa.Schema) -> list[str]:
    """Text columns whose few values stand in a dictionary, as their size tells: better kept as numbers into it."""
    groups = [meta.row_group(i) for i in range(meta.num_row_groups)]
    found = []
    for place in range(meta.num_columns):
        path = meta.schema.column(place).path
        chunks = [group.column(place) for group in groups]
        size, values = sum(c.total_uncompressed_size for c in chunks), sum(c.num_values for c in chunks)
        if path in schema.names and pa.types.is_string(schema.field(path).type) and size < values * BYTES_OF_NUMBER:
            found.append(path)
    return found
