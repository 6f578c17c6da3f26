"""CRM_HOME/identity_overrides.csv: what people decided about who is who.

One line per decision, replayed at every run. A line that is taken out takes its effect along, and nothing else.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.contract import streams
from orchestration.identity.paths import shortest

HEADER = ("action", "record_a", "record_b", "decided_by", "decided_on", "reason")
TIES = ("merge", "confirm")  # the two records are one person
CUTS = ("forbid", "split")  # they are not; a split of one record alone sets it apart from everybody
SHAPE = "stream:system:number, for example customers:demo_shop:1042 (`acrm why` prints records so)"


class OverrideError(Exception):
    """Lines of identity_overrides.csv that cannot be obeyed; the message names file, line and column of each."""


@dataclass(frozen=True, order=True)
class Record:
    """A source record. Only the last part may hold colons."""

    stream: str
    system: str
    ref: str

    def __str__(self) -> str:
        return f"{self.stream}:{self.system}:{self.ref}"


@dataclass(frozen=True)
class Override:
    """One decision; `b` is None only for a split of one record from everybody."""

    line_no: int
    action: str
    a: Record
    b: Record | None
    decided_by: str
    decided_on: date
    reason: str


def read(path: Path) -> list[Override]:
    """The decisions of the file in order of its lines; none without a file. OverrideError tells all mistakes."""
    if not path.exists():
        return []
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise OverrideError(f"{path}: is not UTF-8 (byte {error.start}); save it as CSV UTF-8.") from None
    rows = csv.reader(io.StringIO(text, newline=""))
    header = tuple(cell.strip() for cell in next(rows, []))
    if header != HEADER:
        raise OverrideError(f"{path}:1: the columns must be {','.join(HEADER)}; found {','.join(header) or 'nothing'}.")
    found, mistakes = [], []
    for cells in rows:
        if any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith("#"):
            override, wrong = _override(rows.line_num, cells)
            mistakes += [f"{path}:{rows.line_num}: {text}" for text in wrong]
            found += [override] if override else []
    mistakes += [f"{path}:{line_no}: {text}" for line_no, text in contradictions(found)]
    if mistakes:
        raise OverrideError("\n".join(mistakes))
    return found


def _override(line_no: int, cells: list[str]) -> tuple[Override | None, list[str]]:
    """One line as a decision, or what is wrong with it, column by column."""
    if len(cells) != len(HEADER):
        return None, [f"{len(cells)} cells instead of {len(HEADER)}; put texts with commas into double quotes."]
    of = dict(zip(HEADER, (cell.strip() for cell in cells), strict=True))
    wrong = []
    if of["action"] not in TIES + CUTS:
        wrong.append(f"action: {of['action']!r} is none of {', '.join(TIES + CUTS)}.")
    records: dict[str, Record | None] = {}
    for column in ("record_a", "record_b"):
        may_be_empty = column == "record_b" and of["action"] == "split"
        records[column] = _record(of[column])
        if records[column] is None and not (may_be_empty and not of[column]):
            wrong.append(f"{column}: {of[column]!r} is not {SHAPE}.")
    if records["record_a"] and records["record_a"] == records["record_b"]:
        wrong.append(f"record_b: {of['record_b']!r} is record_a; a decision is about two records.")
    wrong += [f"{column}: is empty." for column in ("decided_by", "reason") if not of[column]]
    try:
        day = date.fromisoformat(of["decided_on"])
    except ValueError:
        wrong.append(f"decided_on: {of['decided_on']!r} is not a day; write YYYY-MM-DD.")
    if wrong:
        return None, wrong
    a, b = records["record_a"], records["record_b"]
    return Override(line_no, of["action"], a, b, of["decided_by"], day, of["reason"]), []


def _record(text: str) -> Record | None:
    parts = text.split(":", 2)
    whole = len(parts) == 3 and all(parts) and parts[0] in streams()
    return Record(*parts) if whole else None


def contradictions(overrides: Iterable[Override]) -> list[tuple[int, str]]:
    """Lines that set apart what other lines tie together, directly or over any number of steps: (line, what to do)."""
    overrides = list(overrides)
    near: dict[Record, list[tuple[Record, int]]] = defaultdict(list)
    for tie in (o for o in overrides if o.action in TIES and o.b):
        near[tie.a].append((tie.b, tie.line_no))
        near[tie.b].append((tie.a, tie.line_no))
    found = []
    for cut in (o for o in overrides if o.action in CUTS and o.b):
        if chain := sorted(shortest(near, cut.a, cut.b) or []):
            lines = f"line {chain[0]} ties" if len(chain) == 1 else f"lines {', '.join(map(str, chain))} tie"
            text = f"{cut.action} of {cut.a} and {cut.b} contradicts: {lines} them together. Take one of them out."
            found.append((cut.line_no, text))
    return found
