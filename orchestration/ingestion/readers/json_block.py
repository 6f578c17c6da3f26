"""Many JSON lines at once: where the keys and values of the top level lie, by bit masks over a whole block.

Only lines that are beyond doubt are taken: each text, number or word stands alone between structural characters, the
brackets add up, and braces, colons and commas of the top level alternate as they must. All other lines are `doubtful`
and go to json_record.fields, one by one. Nothing is ever accepted here that is refused there.
"""

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.ingestion.readers.json_record import Broken, check_text, decode_nested
from orchestration.ingestion.scanner import Index, after_mask, before_mask, bit_mask, inside_mask, set_positions

_STRUCTURE = np.zeros(256, bool)
_STRUCTURE[list(b"{}[]:,")] = True
_SPACE = np.zeros(256, bool)
_SPACE[list(b" \t\r\n")] = True
_STEP = np.zeros(256, np.int8)
_STEP[list(b"{[")], _STEP[list(b"}]")] = 1, -1
_LITERAL = r"^(-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?|true|false|null)$"
_BACKSLASH, _QUOTE = 92, 34


class JsonBlock:
    """The records of a block, taken apart. `doubtful` says by record which ones are not."""

    def __init__(self, data: bytes | memoryview, index: Index) -> None:
        self._size = len(data)
        self._bytes = np.zeros((self._size // 64 + 1) * 64, np.uint8)  # at least one byte beyond the end
        self._bytes[: self._size] = np.frombuffer(data, np.uint8)
        self._starts, self._stops = index.starts, index.stops
        self.doubtful = np.zeros(len(self._starts), bool)
        self._doubt_encoding(data)
        quotes = self._quotes()
        self._doubt_rows(set_positions(self._loose(quotes)))
        self._split(quotes)
        self._name_keys()

    def _doubt_rows(self, positions: np.ndarray) -> None:
        if len(positions):
            self.doubtful[np.searchsorted(self._starts, positions, "right") - 1] = True

    def _doubt_encoding(self, data: bytes | memoryview) -> None:
        try:
            str(data, "utf-8")
        except UnicodeDecodeError:
            self._doubt_rows(np.flatnonzero(self._bytes > 127))

    def _quotes(self) -> np.ndarray:
        """Mask of the quotes that open or close a text. Records with an odd number of them are blanked out."""
        at = np.flatnonzero(self._bytes == _QUOTE)
        escaped = np.zeros(len(at), bool)
        active, back = at, 1
        which = np.arange(len(at))
        while len(active):
            more = (active >= back) & (self._bytes[np.maximum(active - back, 0)] == _BACKSLASH)
            active, which, back = active[more], which[more], back + 1
            escaped[which] ^= True
        at = at[~escaped]
        odd = (np.searchsorted(at, self._stops) - np.searchsorted(at, self._starts)) % 2 == 1
        self.doubtful |= odd
        mask = np.zeros(len(self._bytes), bool)
        mask[at] = True
        for row in np.flatnonzero(odd):
            mask[self._starts[row] : self._stops[row]] = False
            self._bytes[self._starts[row] : self._stops[row]] = 32
        return np.packbits(mask, bitorder="little").view(np.uint64)

    def _loose(self, quotes: np.ndarray) -> np.ndarray:
        """Mask of texts and words with anything but a structural character, one space apart, beside them."""
        inside = inside_mask(quotes, False)
        self._structure = bit_mask(_STRUCTURE[self._bytes]) & ~inside & ~quotes
        space = bit_mask(_SPACE[self._bytes]) & ~inside
        word = ~(inside | quotes | space | self._structure)
        word[(self._size + 63) // 64 :] = 0
        if self._size % 64:
            word[self._size // 64] &= (np.uint64(1) << np.uint64(self._size % 64)) - np.uint64(1)
        last = len(self._bytes) - 1
        left = after_mask(self._structure, False)
        left |= after_mask(space & left, False)
        right = before_mask(self._structure, last, False)
        right |= before_mask(space & right, last, False)
        begins = (quotes & inside) | (word & ~after_mask(word, False))
        ends = (quotes & ~inside) | (word & ~before_mask(word, last, False))
        control = bit_mask(self._bytes < 32) & inside
        return (begins & ~left) | (ends & ~right) | control

    def _split(self, quotes: np.ndarray) -> None:
        """Find keys and values of the top level: `row`, `key` and `value` spans, in order."""
        at = set_positions(self._structure)
        first, beyond = np.searchsorted(at, self._starts), np.searchsorted(at, self._stops)
        row = np.repeat(np.arange(len(self._starts)), beyond - first)
        sign = self._bytes[at]
        depth = np.cumsum(_STEP[sign], dtype=np.int64)
        total = np.concatenate([[0], depth])
        self.doubtful |= (total[beyond] != total[first]) | (beyond - first < 2)
        depth -= np.repeat(total[first], beyond - first)
        opening = np.zeros(len(at), bool)
        opening[first[beyond > first]] = True
        top = ((depth == 1) & ((sign == ord(":")) | (sign == ord(",")) | opening)) | (depth == 0)
        at, row, sign = at[top], row[top], sign[top]
        count = np.bincount(row, minlength=len(self._starts))
        start = np.cumsum(count) - count
        turn = np.arange(len(at)) - start[row]
        expected = np.where(turn % 2 == 1, ord(":"), ord(","))
        expected[turn == 0] = ord("{")
        closing = turn == count[row] - 1
        expected[closing] = ord("}")
        self.doubtful |= np.bincount(row[expected != sign], minlength=len(self._starts)) > 0
        self.doubtful |= (count % 2 == 0) & (count != 2)
        ends = np.flatnonzero(closing)
        self.doubtful[row[ends]] |= self._not_blank(at[ends] + 1, self._stops[row[ends]])
        begins = np.flatnonzero(turn == 0)
        self.doubtful[row[begins]] |= self._not_blank(self._starts[row[begins]], at[begins])
        pair = np.flatnonzero((sign == ord(":")) & ~self.doubtful[row])
        self.row = row[pair]
        self._key = self._trim(at[pair - 1] + 1, at[pair])
        self._value = self._trim(at[pair] + 1, at[pair + 1])
        keys, values = self._key[1] - self._key[0], self._value[1] - self._value[0]
        wrong = (keys < 2) | (self._bytes[self._key[0]] != _QUOTE) | (values < 1)
        empty = np.flatnonzero(count == 2)  # {} or {words}
        inner = np.minimum(start[empty], max(len(at) - 2, 0))
        if len(empty):
            self.doubtful[empty] |= self._not_blank(at[inner] + 1, at[inner + 1])
        self._drop(wrong)

    def _drop(self, wrong: np.ndarray) -> None:
        self.doubtful[self.row[wrong]] = True
        keep = ~self.doubtful[self.row]
        self.row = self.row[keep]
        self._key = tuple(part[keep] for part in self._key)
        self._value = tuple(part[keep] for part in self._value)

    def _trim(self, start: np.ndarray, stop: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Spans without the white space at both ends."""
        while (more := (start < stop) & _SPACE[self._bytes[start]]).any():
            start = start + more
        while (more := (start < stop) & _SPACE[self._bytes[stop - 1]]).any():
            stop = stop - more
        return start, stop

    def _not_blank(self, start: np.ndarray, stop: np.ndarray) -> np.ndarray:
        start, stop = self._trim(start, stop)
        return start < stop

    def _texts(self, start: np.ndarray, stop: np.ndarray, valid: np.ndarray | None = None) -> pa.StringArray:
        """Spans of the block as an array of strings."""
        size = stop - start
        offsets = np.zeros(len(size) + 1, np.int64)
        np.cumsum(size, out=offsets[1:])
        data = self._bytes[np.repeat(start - offsets[:-1], size) + np.arange(offsets[-1])]
        bits = None if valid is None else pa.py_buffer(np.packbits(valid, bitorder="little"))
        buffers = [bits, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(data)]
        return pa.Array.from_buffers(pa.string(), len(size), buffers)

    def _name_keys(self) -> None:
        """Number the keys in order of appearance; a record with an escaped or repeated key is doubtful."""
        keys = self._texts(self._key[0] + 1, self._key[1] - 1).dictionary_encode()
        self.names: list[str] = keys.dictionary.to_pylist()
        self._id = keys.indices.to_numpy()
        odd = np.array(["\\" in name for name in self.names], bool)
        order = np.argsort(self._id, kind="stable")
        same = (np.diff(self._id[order]) == 0) & (np.diff(self.row[order]) == 0)
        self.doubtful[self.row[order[1:][same]]] = True
        if odd.any():
            self.doubtful[self.row[odd[self._id]]] = True
        order = order[~self.doubtful[self.row[order]]]
        bounds = np.searchsorted(self._id[order], np.arange(len(self.names) + 1))
        self._pairs = {name: order[bounds[i] : bounds[i + 1]] for i, name in enumerate(self.names)}
        self.names = [name for name in self.names if len(self._pairs[name])]

    def column(self, name: str) -> pa.Array:
        """The values of a key for all records of the block; may find more doubtful records."""
        pairs = self._pairs.get(name, np.zeros(0, np.int64))
        rows, begin, end = self.row[pairs], self._value[0][pairs], self._value[1][pairs]
        kind = self._bytes[begin]
        quoted = kind == _QUOTE
        start, stop = np.zeros(len(self._starts), np.int64), np.zeros(len(self._starts), np.int64)
        start[rows], stop[rows] = begin + quoted, end - quoted
        valid = np.zeros(len(self._starts), bool)
        valid[rows] = True
        word = ~quoted & (kind != ord("{")) & (kind != ord("["))
        if word.any():
            words = self._texts(begin[word], end[word])
            right = pc.match_substring_regex(words, _LITERAL).to_numpy(zero_copy_only=False)
            self.doubtful[rows[word][~right]] = True
            valid[rows[word][kind[word] == ord("n")]] = False
        values = self._texts(start, stop, valid)
        values = self._unescaped(values, rows[quoted])
        nested = rows[~quoted & ~word]
        if len(nested):
            self._check_nested(values, nested)
        return values

    def _unescaped(self, values: pa.Array, rows: np.ndarray) -> pa.Array:
        escaped = rows[pc.match_substring(values, "\\").fill_null(False).to_numpy(zero_copy_only=False)[rows]]
        if not len(escaped):
            return values
        found = []
        for row, text in zip(escaped, values.take(pa.array(escaped)).to_pylist(), strict=True):
            try:
                text = json.loads(f'"{text}"')
                check_text("", text)
            except (Broken, ValueError):
                text = None
                self.doubtful[row] = True
            found.append(text)
        mask = np.zeros(len(values), bool)
        mask[escaped] = True
        return pc.replace_with_mask(values, pa.array(mask), pa.array(found, pa.string()))

    def _check_nested(self, values: pa.Array, rows: np.ndarray) -> None:
        texts = values.take(pa.array(rows)).dictionary_encode()
        wrong = np.zeros(len(texts.dictionary), bool)
        for i, text in enumerate(texts.dictionary.to_pylist()):
            try:
                decode_nested(text)
            except (Broken, ValueError, RecursionError):
                wrong[i] = True
        self.doubtful[rows[wrong[texts.indices.to_numpy()]]] = True
