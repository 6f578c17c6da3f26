"""The figures of a leaders' report (S008): named queries over one release."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from orchestration.own_yaml import read_yaml

QUERIES: Mapping[str, str] = read_yaml(Path(__file__).with_name("queries.yml"))

Row = dict[str, Any]


@dataclass(frozen=True)
class Span:
    """Days `since` to `until`, both included, and the same days a year earlier."""

    since: date
    until: date
    since_before: date
    until_before: date

    @classmethod
    def months_to(cls, as_of: date, months: int) -> "Span":
        """The `months` calendar months that end with `as_of`."""
        return cls(
            _earlier(as_of, months) + timedelta(1),
            as_of,
            _earlier(as_of, months + 12) + timedelta(1),
            _earlier(as_of, 12),
        )


@dataclass(frozen=True)
class Facts:
    """Rows by the name of their query; a query whose tables the release lacks, or that finds nothing, has none."""

    release_id: str
    as_of: date
    span: Span
    rows: Mapping[str, list[Row]]

    @property
    def missing(self) -> list[str]:
        """Queries without a row, in their order."""
        return [name for name, rows in self.rows.items() if not rows]


def read(con: duckdb.DuckDBPyConnection, months: int = 12) -> Facts:
    """All figures of a release for the `months` up to its as_of."""
    release_id, as_of = con.execute("select release_id, as_of from ops.release").fetchall()[0]
    span = Span.months_to(as_of, months)
    return Facts(release_id, as_of, span, {name: _rows(con, sql, span) for name, sql in QUERIES.items()})


def _rows(con: duckdb.DuckDBPyConnection, sql: str, span: Span) -> list[Row]:
    given = {name: value for name, value in vars(span).items() if re.search(rf"\${name}\b", sql)}
    try:
        done = con.execute(sql, given)
    except duckdb.CatalogException:  # a release made before the mart was
        return []
    names = [column[0] for column in done.description]
    return [dict(zip(names, row, strict=True)) for row in done.fetchall()]


def _earlier(day: date, months: int) -> date:
    """The last day of the span before: the same day `months` ago; from a month's end, that month's end."""
    index = day.year * 12 + day.month - 1 - months
    first = date(index // 12, index % 12 + 1, 1)
    last = (first + timedelta(31)).replace(day=1) - timedelta(1)
    is_end = (day + timedelta(1)).day == 1
    return last if is_end else first.replace(day=min(day.day, last.day))
