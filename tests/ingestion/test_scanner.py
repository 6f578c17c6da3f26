"""The scanner against a byte-by-byte model of the same rules, written as plainly as possible."""

import random
from dataclasses import replace

import pytest

from orchestration.ingestion import scanner
from orchestration.ingestion.limits import LIMITS
from orchestration.ingestion.scanner import Dialect, Index, scan

EDGE = b',"\n\r'


def line_after(data: bytes, at: int) -> int:
    """Position after the physical line that starts at `at`."""
    while at < len(data) and data[at] not in b"\n\r":
        at += 1
    return min(at + (2 if data[at : at + 2] == b"\r\n" else 1), len(data))


def one_record(data: bytes, start: int, limits) -> tuple[int, int, str | None]:
    """(position after the record, its physical lines, rule if malformed), one byte at a time."""
    inside, lines, at = False, 0, start
    while at < len(data):
        byte = data[at : at + 1]
        wrong = False
        if byte == b'"':
            inside = not inside
            if inside:
                wrong = at > start and data[at - 1] not in EDGE
            else:
                wrong = at + 1 < len(data) and data[at + 1] not in EDGE
        elif byte in (b"\n", b"\r") and data[at : at + 2] != b"\r\n":
            lines += 1
            wrong = inside and lines > limits.quoted_lines
            if not inside:
                if lines > 1 and at - start > limits.quoted_bytes:
                    return line_after(data, start), 1, "unclosed_quote"
                return at + 1, lines, None
        if wrong:
            after = line_after(data, start)
            far = at >= after or (inside and lines > limits.quoted_lines)
            return after, 1, "unclosed_quote" if far else "stray_quote"
        at += 1
    if inside:
        return line_after(data, start), 1, "unclosed_quote"
    return at, lines + 1, None


def plain_scan(data: bytes, limits=LIMITS) -> list[tuple[bytes, int, str | None]]:
    """All records as (bytes without line end, line from 0, rule)."""
    at, line, found = 0, 0, []
    while at < len(data):
        if data[at] in b"\r\n":
            at, line = line_after(data, at), line + 1
            continue
        after, lines, rule = one_record(data, at, limits)
        record = data[at:after]
        record = record[:-2] if record[-2:] == b"\r\n" else record[:-1] if record[-1:] in (b"\n", b"\r") else record
        found.append((record, line, rule))
        at, line = after, line + lines
    return found


def fast_scan(data: bytes, block: int, limits=LIMITS) -> tuple[list[tuple[bytes, int, str | None]], int]:
    """The same by the scanner, fed with blocks that grow until they hold a record."""
    found, records, line, offset, size = [], 0, 0, 0, block
    while offset < len(data):
        piece = data[offset : offset + size]
        final = offset + size >= len(data)
        result = scan(piece, Dialect(), final, limits)
        if not result.end and not final:
            size += block
            continue
        index = Index(piece, result, Dialect())
        rules = {index.record_at(fault.start): fault.rule for fault in result.faults}
        for row, (start, stop, before) in enumerate(zip(index.starts, index.stops, index.lines, strict=True)):
            found.append((piece[start:stop], line + int(before), rules.get(row)))
        assert len(index.starts) == result.records
        records, line, offset, size = records + result.records, line + result.lines, offset + result.end, block
    return found, records


def soup(seed: int) -> bytes:
    """Random bytes in which quotes, delimiters and line ends meet in every way; half of them mostly well-formed."""
    pick = random.Random(seed)
    if seed % 2:
        return "".join(pick.choices('ab,"\n\r', weights=[4, 3, 3, 1, 1, 1], k=pick.randrange(1, 400))).encode()
    fields = ["a", "bc", "", '""', '"x"', '"a,b"', '"a""b"', '"l\nm"', '"l\r\nm"', '"\r"', '"', 'a"', "é"]
    weights = [9, 9, 9, 3, 3, 3, 3, 3, 3, 1, pick.choice([0, 1]), pick.choice([0, 1]), 1]
    ends = pick.choice([["\n"], ["\r\n"], ["\r"], ["\n", "\r\n", "\n\n", "\r"]])
    return "".join(
        ",".join(pick.choices(fields, weights, k=3)) + pick.choice(ends) for _ in range(pick.randrange(1, 60))
    ).encode()


@pytest.mark.parametrize("tile", [64, 128, 1 << 19])
def test_every_record_has_the_bytes_line_and_rule_of_the_plain_model(monkeypatch, tile):
    monkeypatch.setattr(scanner, "TILE", tile)
    monkeypatch.setattr(scanner, "_SMALL", 64)
    limits = replace(LIMITS, quoted_lines=5, quoted_bytes=150)
    for seed in range(400):
        data = soup(seed)
        expected = plain_scan(data, limits)
        for block in (random.Random(seed).randrange(1, 300), 1 << 20):
            found, records = fast_scan(data, block, limits)
            assert records == len(expected), (seed, block)
            assert found == expected, (seed, block)
