"""Which text columns need no trimming: a look at first and last bytes, far cheaper than trimming in SQL."""

import numpy as np
import pyarrow as pa

# Bytes that a text with white space at an end may begin or end with (UTF-8); some ordinary texts do, too.
_FIRST = np.zeros(256, bool)
_FIRST[[*range(33), 0xC2, 0xE1, 0xE2, 0xE3, 0xEF]] = True
_LAST = np.zeros(256, bool)
_LAST[[*range(33), *range(0x80, 0x8B), 0x9F, 0xA0, 0xAF, 0xBF]] = True
_OFFSETS = {pa.string(): np.int32, pa.large_string(): np.int64}


def tidy_columns(table: pa.Table) -> frozenset[str]:
    """Names, in lower case, of the columns in which no text can have white space at an end."""
    return frozenset(
        name.casefold()
        for name, column in zip(table.column_names, table.columns, strict=True)
        if all(_tidy(getattr(chunk, "dictionary", chunk)) for chunk in column.chunks)
    )


def _tidy(array: pa.Array) -> bool:
    if array.type not in _OFFSETS:
        return not pa.types.is_dictionary(array.type)  # a value that came typed has no white space
    _, offsets_buffer, data_buffer = array.buffers()
    if not len(array) or not data_buffer or not data_buffer.size:
        return True
    offsets = np.frombuffer(offsets_buffer, _OFFSETS[array.type])[array.offset : array.offset + len(array) + 1]
    data = np.frombuffer(data_buffer, np.uint8)
    starts, ends = offsets[:-1], offsets[1:]
    filled = ends > starts
    if not filled.all():
        starts, ends = starts[filled], ends[filled]
    return not (_FIRST[data[starts]].any() or _LAST[data[ends - 1]].any())
