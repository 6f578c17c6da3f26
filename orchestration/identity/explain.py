"""Why records are one person: the strongest chain of evidence between them, read from any release.

A person's links form a graph; the maximum spanning tree of it holds, between any two records, the chain whose weakest
link is strongest (a person's word above any weight). Nothing here asks the engine again: the release is enough.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import duckdb

from orchestration.identity.paths import shortest

LINK_COLUMNS = (
    "customer_id, other_customer_id, point_a, point_b, source, rule, kind, value, weight, status, reason, steps"
)


class NotFound(LookupError):
    """The release knows no such customer or record; the message says what was looked for."""


@dataclass(frozen=True)
class Link:
    """One row of marts.identity_explanations."""

    customer_id: str
    other_customer_id: str | None
    point_a: str
    point_b: str
    source: str
    rule: str
    kind: str | None
    value: str | None
    weight: float | None
    status: str
    reason: str | None
    steps: str | None = None

    @property
    def strength(self) -> tuple[int, float]:
        """Links of a person's word, and of an order to its own contact data, come before any weight."""
        return (0, self.weight or 0.0) if self.source in ("rule", "score") else (1, 0.0)


@dataclass(frozen=True)
class Place:
    """Where a name that a user typed leads: a person, and the record if it was one."""

    customer_id: str | None
    record: str | None = None
    asked: str = ""


def find(con: duckdb.DuckDBPyConnection, text: str) -> Place:
    """A customer id of any age, or a record as stream:system:number or system:number. Raises NotFound."""
    known = con.execute(
        "select status, current_customer_id from marts.customer_id_registry where customer_id = ?", [text]
    ).fetchall()
    if known:
        status, current = known[0]
        if current is None:
            raise NotFound(f"{text} is {status}: none of its records is in the data any more.")
        return Place(current, None, text)
    rows = con.execute(
        """select stream || ':' || system || ':' || record_ref as record, customer_id
        from marts.bridge_customer_identities
        where system || ':' || record_ref = $1 or stream || ':' || system || ':' || record_ref = $1
        order by record""",
        [text],
    ).fetchall()
    if not rows:
        raise NotFound(f"{text}: no such customer id, and no record stream:system:number or system:number.")
    if len(rows) > 1:
        raise NotFound(f"{text} can be {' or '.join(record for record, _ in rows)}; write one of these.")
    return Place(rows[0][1], rows[0][0], text)


def links_of(con: duckdb.DuckDBPyConnection, customer_id: str) -> list[Link]:
    """Every link that holds the person together or was refused to it, strongest first."""
    rows = con.execute(
        f"""select {LINK_COLUMNS} from marts.identity_explanations
        where customer_id = $1 or other_customer_id = $1 order by point_a, point_b, source, rule, kind, value""",
        [customer_id],
    ).fetchall()
    return sorted((Link(*row) for row in rows), key=lambda link: link.strength, reverse=True)


def holding(links: list[Link]) -> list[Link]:
    """Those that hold: accepted, both ends in one person."""
    return [link for link in links if link.status == "accepted" and link.other_customer_id is None]


def tree(links: list[Link]) -> list[Link]:
    """A maximum spanning forest of the links (Kruskal); `links` come strongest first."""
    root: dict[str, str] = {}

    def top(point: str) -> str:
        while root.setdefault(point, point) != point:
            point = root[point]
        return point

    kept = []
    for link in links:
        a, b = top(link.point_a), top(link.point_b)
        if a != b:
            root[b] = a
            kept.append(link)
    return kept


def chain(links: list[Link], start: str, end: str) -> list[Link] | None:
    """The links from one record to the other along the strongest chain; None when nothing connects them."""
    near: dict[str, list[tuple[str, Link]]] = defaultdict(list)
    for link in tree(holding(links)):
        near[link.point_a].append((link.point_b, link))
        near[link.point_b].append((link.point_a, link))
    return shortest(near, start, end)


def bridges(links: list[Link]) -> list[Link]:
    """Links between two parts of a person, of two records each at least, that nothing else connects; weakest first."""
    held = holding(links)
    pairs = {frozenset((link.point_a, link.point_b)) for link in held}
    near: dict[str, set[str]] = defaultdict(set)
    for a, b in map(tuple, pairs):
        near[a].add(b)
        near[b].add(a)
    found = []
    for link in tree(held):
        side = _reach(near, link.point_a, frozenset((link.point_a, link.point_b)))
        if link.point_b not in side and 1 < len(side) < len(near) - 1:
            found.append(link)
    return sorted(found, key=lambda link: link.strength)


def _reach(near: dict[str, set[str]], start: str, without: frozenset[str]) -> set[str]:
    seen, queue = {start}, [start]
    for point in queue:
        for other in near[point]:
            if other not in seen and frozenset((point, other)) != without:
                seen.add(other)
                queue.append(other)
    return seen


def masked(kind: str | None, value: str | None) -> str | None:
    """A value that can be recognised by who knows it and read by nobody else."""
    if value is None:
        return None
    if "@" in value:
        local, _, domain = value.partition("@")
        return f"{local[:1]}***@{domain}"
    return f"{value[:3]}***{value[-2:]}" if len(value) > 7 else "***"


def shown(record: str | None, show: bool = False) -> str | None:
    """stream:system:number; masked unless `show` where an e-mail address serves as the number."""
    if show or record is None or "@" not in record:
        return record
    *head, ref = record.split(":", 2)
    return ":".join((*head, masked(None, ref) or ""))


def as_dict(link: Link, show: bool = False) -> dict[str, Any]:
    """A link for JSON; its value masked unless `show`."""
    found = {name: getattr(link, name) for name in LINK_COLUMNS.split(", ")}
    return found if show else found | {"value": masked(link.kind, link.value)}
