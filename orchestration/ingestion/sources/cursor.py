"""Incremental reading: where a run starts, and whether what it read is news.

A run asks for `cursor >= last - overlap`, never `>`: rows that share the last value, or that were committed late with
a value inside the overlap, come again and are deduplicated by key and version in staging (F-48). The digest of
the records inside the window of the next run is kept with the state, so that a window read again without a change is
recognised and delivers nothing.
"""

import hashlib
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

CursorValue = datetime | date | int | Decimal | str

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DIGEST_BITS = 2**256


class CursorError(ValueError):
    """The cursor column and the overlap do not fit; the message says what to change."""


def overlap_of(text: str) -> timedelta | Decimal:
    """`15m`, `2h`, `1d` as a span of time; `0s` fits every cursor; a plain number is for numeric cursors."""
    if match := re.fullmatch(r"(\d+)\s*([smhdw])", text.strip()):
        return timedelta(**{UNITS[match[2]]: int(match[1])})
    if re.fullmatch(r"\d+(\.\d+)?", text.strip()):
        return Decimal(text.strip())
    raise CursorError(f"overlap {text!r} is neither a time span such as 15m, 2h or 1d nor a number such as 1000")


def to_state(value: CursorValue) -> dict[str, str]:
    """A cursor value as JSON; `from_state` reads it back."""
    for kind, known in (("timestamp", datetime), ("date", date), ("integer", int), ("decimal", Decimal), ("text", str)):
        if isinstance(value, known):
            return {"kind": kind, "last": value.isoformat() if isinstance(value, date) else str(value)}
    raise CursorError(f"a cursor of type {type(value).__name__} cannot be kept; choose a time, number or text column")


def from_state(state: dict[str, str]) -> CursorValue:
    """The cursor value that `to_state` wrote."""
    readers = {"timestamp": datetime.fromisoformat, "date": date.fromisoformat, "integer": int, "decimal": Decimal}
    return readers.get(state["kind"], str)(state["last"])


def not_after_now(value: CursorValue, now: datetime, zone: bool = False) -> CursorValue:
    """A timestamp of the future must not move the window past today's rows; others stay as they are.

    Without a zone the source may be up to 14 hours ahead of UTC. `zone`: see `lower_bound`.
    """
    if isinstance(value, datetime):
        return min(value, now if value.tzinfo else (now + timedelta(hours=14)).replace(tzinfo=None))
    if isinstance(value, date):
        return min(value, (now + timedelta(hours=14)).date())
    if isinstance(value, str) and (parsed := _time_in(value)):
        capped = not_after_now(parsed, now)
        return value if capped == parsed else _like(value, capped, zone)
    return value


def lower_bound(last: CursorValue, overlap: timedelta | Decimal, zone: bool = False) -> CursorValue:
    """First cursor value that the next run reads, of the type of `last`.

    `zone`: a time in text keeps its zone suffix, for a server that understands it; without, it sorts as text.
    """
    if not overlap:
        return last
    numeric = isinstance(last, int | Decimal)
    if numeric != isinstance(overlap, Decimal):
        wanted = "a plain number such as 1000" if numeric else "a time span such as 15m"
        raise CursorError(f"the cursor value {last} needs an overlap that is {wanted}")
    if isinstance(last, int):
        return last - int(overlap)
    if isinstance(last, str):
        if (parsed := _time_in(last)) is None:
            raise CursorError(f"the cursor value {last!r} is text but no ISO time, so that an overlap cannot be taken")
        return _like(last, parsed - overlap, zone)
    if isinstance(last, date) and not isinstance(last, datetime):
        return last - timedelta(days=-(-overlap // timedelta(days=1)))
    return last - overlap


def _time_in(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _like(text: str, moment: datetime, zone: bool) -> str:
    """`moment` in the form of `text` without fraction; without zone it sorts at or before every text of its second."""
    if len(text) == 10:
        return moment.strftime("%Y-%m-%d")
    suffix = re.search(r"(Z|[+-]\d\d:?\d\d)?$", text[19:])[0] if zone else ""
    return moment.strftime(f"%Y-%m-%d{text[10]}%H:%M:%S") + suffix


def at_least(value: CursorValue, bound: CursorValue) -> bool:
    """Whether a record's cursor value lies at or behind `bound`; texts compare as times where both are times."""
    if isinstance(value, str) and isinstance(bound, str):
        times = _time_in(value), _time_in(bound)
        if all(times):
            left, right = (t if t.tzinfo else t.replace(tzinfo=UTC) for t in times)
            return left >= right
    return value >= bound


class Digest:
    """A checksum of a multiset of records: equal for equal records in whatever order."""

    def __init__(self, shape: object = None) -> None:
        self._seed = repr(shape).encode()
        self._total = self._count = 0

    def add(self, record: object) -> None:
        digest = hashlib.sha256(self._seed + repr(record).encode()).digest()
        self._total = (self._total + int.from_bytes(digest)) % _DIGEST_BITS
        self._count += 1

    def __add__(self, other: "Digest") -> "Digest":
        both = Digest()
        both._total = (self._total + other._total) % _DIGEST_BITS
        both._count = self._count + other._count
        return both

    def __str__(self) -> str:
        return f"{self._count}:{self._total:064x}"


def utc_now() -> datetime:
    """The present moment; apart, so that tests can set it."""
    return datetime.now(UTC)
