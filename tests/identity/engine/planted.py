"""Contact points planted by a test, and what the engine makes of them with the shipped weights."""

from collections.abc import Iterable
from typing import Any

import duckdb
import pandas as pd

from orchestration.identity import engine
from orchestration.identity.names import person

COLUMNS = (
    "stream", "subject", "email_norm", "phone_norm", "card_norm", "union_ref", "account_key", "visitor_key",
    "buyer_key", "guard_reason", "given_norm", "given_forms", "family_norm", "company_norm", "tax_norm", "birth_text",
    "postal_norm", "street_norm", "city_norm", "handle_norm",
)  # fmt: skip


def record(name: str = "", **values: Any) -> dict[str, Any]:
    """An account, unless `stream` says otherwise; `name` is read as the program reads names."""
    read = person("", "", name)
    named = {"given_norm": read.given, "given_forms": read.forms, "family_norm": read.family}
    return {"stream": "customers", "subject": "person", **{k: v or None for k, v in named.items()}, **values}


def built(records: Iterable[dict[str, Any]], crowd: int = 300) -> duckdb.DuckDBPyConnection:
    """The engine's tables over the records, numbered from 1, and over a crowd of strangers that share nothing.

    The crowd gives the prior and the frequencies of names something to stand on.
    """
    rows = [*records, *(stranger(n) for n in range(crowd))]
    frame = pd.DataFrame(rows).reindex(columns=COLUMNS).astype("object")
    frame = frame.where(frame.notna(), None)
    frame.insert(0, "point_no", range(1, len(frame) + 1))
    con = duckdb.connect(config={"threads": 1})
    con.execute("create schema identity")
    con.register("frame", frame)
    columns = ", ".join(f"cast({name} as varchar) as {name}" for name in COLUMNS)
    con.execute(f"""
        create table identity.identity_points as
        select cast(point_no as bigint) as point_no,
            stream || ':' || lpad(cast(point_no as varchar), 7, '0') as point_id, {columns}
        from frame""")
    con.unregister("frame")
    engine.run(con)
    return con


def stranger(n: int) -> dict[str, Any]:
    """One of many people with nothing in common but letters."""
    letters = "".join(chr(97 + (n // 26**k) % 26) for k in range(3))
    return record(
        given_norm=f"{letters}an", given_forms=f"|{letters}an|", family_norm=f"q{letters[::-1]}ton",
        birth_text=f"{1930 + n % 70}{1 + n % 12:02d}{1 + n * 7 % 28:02d}", email_norm=f"{letters}{n}@mail.example",
        phone_norm=f"+44{7_000_000_000 + n * 7919 % 999_999_937}", postal_norm=f"ZZ{n % 97}{letters.upper()}",
    )  # fmt: skip


def clusters(con: duckdb.DuckDBPyConnection, first: int, last: int) -> set[frozenset[int]]:
    """Clusters among the points `first` to `last`, counted from 1 at `first`."""
    found = con.execute(
        """
        select list(point_no - $1 + 1) from identity.identity_clusters
        where point_no between $1 and $2 group by cluster_no""",
        [first, last],
    )
    return {frozenset(row[0]) for row in found.fetchall()}


class Scenes:
    """Many small cases in one run of the engine, kept apart by a mark on every value."""

    def __init__(self, cases: dict[str, list[dict[str, Any]]]):
        self.first: dict[str, int] = {}
        self.last: dict[str, int] = {}
        rows: list[dict[str, Any]] = []
        for number, (name, records) in enumerate(cases.items()):
            self.first[name], self.last[name] = len(rows) + 1, len(rows) + len(records)
            rows += [_marked(each, number) for each in records]
        self.con = built(rows)

    def clusters(self, name: str) -> set[frozenset[int]]:
        """Clusters of a case, its records numbered from 1."""
        return clusters(self.con, self.first[name], self.last[name])

    def weight(self, name: str) -> float:
        """log2 odds of the first two records of a case."""
        pair = [self.first[name], self.first[name] + 1]
        sql = "select weight from identity.identity_odds where point_a = ? and point_b = ?"
        return self.con.execute(sql, pair).fetchall()[0][0]

    def review(self, name: str) -> list[tuple[int, int, str]]:
        """Unions of a case that were not made: both ends, numbered from 1, and the outcome."""
        low = self.first[name]
        found = self.con.execute(
            """
            select point_a - $1 + 1, point_b - $1 + 1, outcome from identity.identity_review
            where point_a between $1 and $2 and point_b between $1 and $2 order by all""",
            [low, self.last[name]],
        )
        return found.fetchall()


def _marked(each: dict[str, Any], number: int) -> dict[str, Any]:
    """The record with values that no other case has."""
    mark = "bcdfghklmnprstvwz"[number % 17] + "bcdfghklmnprstvwz"[number // 17]
    behind = (
        "family_norm", "company_norm", "postal_norm", "street_norm", "card_norm", "tax_norm", "account_key",
        "buyer_key",
    )  # fmt: skip
    out = dict(each)
    for key in behind:
        if out.get(key):
            out[key] += mark * 2
    if out.get("email_norm"):
        out["email_norm"] = f"{mark}{out['email_norm']}"
    if out.get("phone_norm"):
        out["phone_norm"] = f"{out['phone_norm'][:-4]}{number * 97 % 10000:04d}{out['phone_norm'][-4:]}"
    return out
