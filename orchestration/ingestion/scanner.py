"""Counts and delimits the physical records of delimited text before any parser sees them.

The model: a record ends at LF, CRLF or a lone CR outside quotes; an empty line is no record. A quoted field opens
right after a delimiter or a record start and closes right before a delimiter, a line end or the end of the file;
inside it a quote is written twice. A record that breaks the model is malformed: its first physical line becomes a
fault, and scanning starts afresh on the next line, so one open quote never swallows its neighbours (F-27).

Bytes become bit masks, 64 to a word, and the quote state of all 64 comes from six shifts (prefix xor). The codecs
that readers pass on unconverted (UTF-8, GB18030, Big5, Shift-JIS, CP1252 …) never use LF, CR, a quote or a comma as
part of a longer character, so the scan is valid on delivered bytes.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from orchestration.ingestion.limits import LIMITS, Limits

TILE = 1 << 19  # bytes per step: all masks of a tile stay in the processor's cache
_SMALL = 1 << 12
_LF, _CR = 10, 13
_ONE, _TOP = np.uint64(1), np.uint64(63)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


@dataclass(frozen=True)
class Dialect:
    """Delimiter and quote as single bytes; `quote` None means that quotes are ordinary text."""

    delimiter: int = ord(",")
    quote: int | None = ord('"')


@dataclass(frozen=True)
class Fault:
    """A physical line that cannot be a record: `start` to `end` (its line end included) in the block."""

    start: int
    end: int
    rule: str  # stray_quote or unclosed_quote


@dataclass
class Scan:
    """What is known of a block: `end` bytes hold exactly `records` records on `lines` physical lines."""

    end: int = 0
    records: int = 0
    lines: int = 0
    newlines_in_quotes: int = 0
    faults: list[Fault] = field(default_factory=list)


def bit_mask(hits: np.ndarray) -> np.ndarray:
    """64 booleans to a word; their number must be a multiple of 64."""
    return np.packbits(hits, bitorder="little").view(np.uint64)


def after_mask(mask: np.ndarray, carry: bool) -> np.ndarray:
    """The mask moved to the next byte; `carry` is its value for the byte before the first."""
    moved = mask << _ONE
    moved[1:] |= mask[:-1] >> _TOP
    moved[0] |= np.uint64(carry)
    return moved


def before_mask(mask: np.ndarray, last: int, carry: bool) -> np.ndarray:
    """The mask moved to the previous byte; `carry` is its value for the byte after position `last`."""
    moved = mask >> _ONE
    moved[:-1] |= mask[1:] << _TOP
    if carry:
        moved[last >> 6] |= _ONE << np.uint64(last & 63)
    return moved


def inside_mask(quotes: np.ndarray, carry: bool) -> np.ndarray:
    """One bit per byte: an odd number of quotes up to and including it."""
    state = quotes.copy()
    for shift in (1, 2, 4, 8, 16, 32):
        state ^= state << np.uint64(shift)
    ends = np.bitwise_xor.accumulate(state >> _TOP)
    before = np.empty_like(ends)
    before[0] = carry
    before[1:] = ends[:-1] ^ np.uint64(carry)
    state ^= before * _ALL
    return state


def _count(mask: np.ndarray) -> int:
    return int(np.bitwise_count(mask).sum())


def set_positions(mask: np.ndarray) -> np.ndarray:
    """Positions of the set bits."""
    return np.flatnonzero(np.unpackbits(mask.view(np.uint8), bitorder="little"))


class _Tile:
    """Masks of one piece of a block. `state`: is its first byte inside quotes; `fresh`: does a record start there."""

    def __init__(self, data: np.ndarray, start: int, stop: int, dialect: Dialect, state: bool, fresh: bool) -> None:
        piece = data[start:stop]
        self.size = stop - start
        if self.size % 64:
            piece = np.concatenate([piece, np.zeros(-self.size % 64, np.uint8)])
        last, follower = self.size - 1, int(data[stop]) if stop < len(data) else -1
        lf = bit_mask(piece == _LF)
        self.cr = bit_mask(piece == _CR) if (piece == _CR).any() else None
        self.line_ends = lf if self.cr is None else lf | (self.cr & ~before_mask(lf, last, follower == _LF))
        self.quotes = bit_mask(piece == dialect.quote) if dialect.quote is not None else None
        self.outside, self.state, self.wrong = None, state, None
        if self.quotes is not None and (state or self.quotes.any()):
            inside = inside_mask(self.quotes, state)
            self.outside = ~inside
            self.state = bool(inside[-1] >> _TOP)
            edge = lf | self.quotes | bit_mask(piece == dialect.delimiter)
            if self.cr is not None:
                edge |= self.cr
            closes = follower in (-1, _LF, _CR, dialect.quote, dialect.delimiter)
            before = start == 0 or int(data[start - 1]) in (_LF, _CR, dialect.quote, dialect.delimiter)
            self.wrong = (self.quotes & inside & ~after_mask(edge, before)) | (
                self.quotes & self.outside & ~before_mask(edge, last, closes)
            )
        self.ends = self.line_ends if self.outside is None else self.line_ends & self.outside
        self.quoted_ends = self.line_ends & ~self.ends
        breaks = lf if self.cr is None else lf | self.cr
        if self.outside is not None:
            breaks = breaks & self.outside
        self.blank = after_mask(self.ends, fresh) & breaks

    def cut(self, position: int) -> np.ndarray:
        """A mask of all bytes before `position`."""
        mask = np.zeros_like(self.ends)
        word, bit = divmod(position, 64)
        mask[:word] = _ALL
        if bit:
            mask[word] = (_ONE << np.uint64(bit)) - _ONE
        return mask

    def first(self, mask: np.ndarray) -> int:
        """Position of the first set bit, -1 for none."""
        words = np.flatnonzero(mask)
        if not len(words):
            return -1
        word = int(mask[words[0]])
        return int(words[0]) * 64 + (word & -word).bit_length() - 1

    def last(self, mask: np.ndarray) -> int:
        """Position of the last set bit, -1 for none."""
        words = np.flatnonzero(mask)
        return int(words[-1]) * 64 + int(mask[words[-1]]).bit_length() - 1 if len(words) else -1


def line_end(data: bytes | memoryview, start: int, final: bool) -> int:
    """Position after the physical line that starts at `start`; -1 if the data ends before it does."""
    view = np.frombuffer(data, np.uint8)
    step, at = 4096, start
    while at < len(view):
        hits = np.flatnonzero((view[at : at + step] == _LF) | (view[at : at + step] == _CR))
        if len(hits):
            at += int(hits[0])
            if view[at] == _LF:
                return at + 1
            if at + 1 < len(view):
                return at + 2 if view[at + 1] == _LF else at + 1
            return at + 1 if final else -1
        at += step
        step *= 2
    return len(view) if final else -1


def scan(data: bytes | memoryview, dialect: Dialect, final: bool, limits: Limits = LIMITS) -> Scan:
    """Count the whole records of `data`, which must begin at a record start.

    With `final` the data ends where the file ends; otherwise the bytes after `Scan.end` belong to the next block.
    """
    found = Scan()
    view = np.frombuffer(data, np.uint8)
    size = len(view)
    if size and not final and view[-1] == _CR:
        size -= 1  # whether LF follows is not known yet
    at, state, size_of_tile = 0, False, TILE
    open_lines = 0  # line ends inside the record that began at found.end
    while at < size:
        stop = min(at + size_of_tile, size)
        tile = _Tile(view, at, stop, dialect, state, fresh=at == found.end)
        wrong, rule_open = _first_wrong(tile, at - found.end, open_lines, limits)
        if wrong < 0 and final and stop == size and tile.state:
            wrong, rule_open = tile.size, True
        keep = tile.cut(wrong) if wrong >= 0 else None
        ends = tile.ends if keep is None else tile.ends & keep
        last = tile.last(ends)
        found.records += _count(ends) - _count(tile.blank if keep is None else tile.blank & keep & tile.cut(last + 1))
        quoted = _count(tile.quoted_ends) if tile.outside is not None else 0
        if last >= 0:
            whole = _count(tile.quoted_ends & tile.cut(last + 1))
            found.newlines_in_quotes += open_lines + whole
            found.lines += _count(ends) + open_lines + whole
            open_lines = quoted - whole
        else:
            open_lines += quoted
        if last >= 0:
            found.end = at + last + 1
        if wrong < 0:
            at, state = stop, tile.state
            size_of_tile = min(size_of_tile * 2, TILE)
            continue
        after = line_end(data, found.end, final)
        if after < 0 or (after > size and not final):
            return found
        rule = "unclosed_quote" if rule_open or at + wrong >= after else "stray_quote"
        found.faults.append(Fault(found.end, after, rule))
        found.records += 1
        found.lines += 1
        found.end = at = after
        state, open_lines, size_of_tile = False, 0, _SMALL
    if final and found.end < len(view):
        found.records += 1
        found.lines += 1 + open_lines
        found.newlines_in_quotes += open_lines
        found.end = len(view)
    return found


def _first_wrong(tile: _Tile, before: int, open_lines: int, limits: Limits) -> tuple[int, bool]:
    """Where the quote model first breaks (-1: nowhere), and whether because a quote stayed open too long.

    `before` is how many bytes, `open_lines` how many line ends of the current record precede the tile.
    """
    wrong = tile.first(tile.wrong) if tile.outside is not None else -1
    quoted = _count(tile.quoted_ends) if tile.outside is not None else 0
    long = -1
    if open_lines + quoted > limits.quoted_lines and quoted:
        inner, ends = set_positions(tile.quoted_ends), set_positions(tile.ends)
        record = np.searchsorted(ends, inner)
        first = np.searchsorted(inner, np.concatenate([[0], ends]))[record]
        nth = np.arange(len(inner)) - first + np.where(record == 0, open_lines, 0) + 1
        over = np.flatnonzero(nth > limits.quoted_lines)
        long = int(inner[over[0]]) if len(over) else -1
    if long < 0 and before and open_lines + quoted:
        end = tile.first(tile.ends)
        size = before + (end if end >= 0 else tile.size)
        if size > limits.quoted_bytes and (open_lines or end < 0 or _count(tile.quoted_ends & tile.cut(end))):
            long = end if end >= 0 else tile.size - 1
    if long >= 0 and (wrong < 0 or long < wrong):
        return long, True
    return wrong, False


class Index:
    """Where each record of a scanned block lies. Built only when a record has to be looked at by itself."""

    def __init__(self, data: bytes | memoryview, scanned: Scan, dialect: Dialect) -> None:
        block = np.frombuffer(data, np.uint8)[: scanned.end]
        if scanned.faults:  # quotes in malformed lines say nothing about the others
            block = block.copy()
            for fault in scanned.faults:
                line = block[fault.start : fault.end]
                line[line == (dialect.quote or 0)] = ord("x")
        self._block, self._dialect = block, dialect
        tile = _Tile(block, 0, len(block), dialect, state=False, fresh=True) if len(block) else None
        ends = set_positions(tile.ends) if tile else np.zeros(0, np.int64)
        starts = np.concatenate([[0], ends + 1]) if tile else ends
        if len(starts) and starts[-1] < len(block):
            ends = np.append(ends, len(block))
        else:
            starts = starts[: len(ends)]
        blank = np.isin(starts, set_positions(tile.blank)) if tile else np.zeros(0, bool)
        self._tile = tile
        self.starts, stops = starts[~blank], ends[~blank]
        carriage = (stops > self.starts) & (stops < len(block)) & (block[np.maximum(stops - 1, 0)] == _CR)
        if len(block):
            carriage &= block[np.minimum(stops, len(block) - 1)] == _LF
        self.stops = stops - carriage  # without line ends
        self.nexts = np.append(self.starts[1:], len(block)) if len(self.starts) else self.starts

    @cached_property
    def widths(self) -> np.ndarray:
        """Fields per record."""
        piece = np.concatenate([self._block, np.zeros(-len(self._block) % 64, np.uint8)])
        mask = bit_mask(piece == self._dialect.delimiter)
        at = set_positions(mask if self._tile.outside is None else mask & self._tile.outside)
        return np.searchsorted(at, self.stops) - np.searchsorted(at, self.starts) + 1

    @cached_property
    def lines(self) -> np.ndarray:
        """Physical lines of the block before each record."""
        return np.searchsorted(set_positions(self._tile.line_ends), self.starts)

    def record_at(self, position: int) -> int:
        """Index of the record that holds a byte position."""
        return int(np.searchsorted(self.starts, position, side="right")) - 1
