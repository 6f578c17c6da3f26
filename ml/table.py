"""A table of schema `scores`: its columns with type, meaning and labels, written with its key enforced.

A frame that lacks a column, has another, repeats a key or leaves a required value empty is refused by DuckDB or here,
so no half table is ever released. At the end stand the columns that many tables have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Column:
    """One column: type, whether it may be empty, what it says, labels in English and Chinese."""

    name: str
    type: str
    says: str
    en: str
    zh: str
    required: bool = False


@dataclass(frozen=True)
class Table:
    """One table of schema `scores`: grain in the first sentence of `says`, unique key, columns in order."""

    name: str
    says: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def body(self) -> str:
        """Columns and key, as a CREATE TABLE takes them."""
        columns = [f"{c.name} {c.type}{' not null' if c.required else ''}" for c in self.columns]
        return ", ".join([*columns, f"primary key ({', '.join(self.key)})"])

    def write(self, con: duckdb.DuckDBPyConnection, rows: pd.DataFrame | None = None) -> None:
        """Replaces the table by these rows, sorted by key; none makes an empty table. ValueError for other columns."""
        con.execute("create schema if not exists scores")
        con.execute(f"create or replace table scores.{self.name} ({self.body})")
        if rows is None or rows.empty:
            return
        names = self.names
        if set(names) != set(rows.columns):
            missing, more = sorted(set(names) - set(rows.columns)), sorted(set(rows.columns) - set(names))
            raise ValueError(f"scores.{self.name}: columns missing: {missing}, columns too many: {more}")
        rows = rows[names].sort_values(list(self.key), kind="stable")
        con.register("score_rows", rows)
        cast = ", ".join(f"cast({c.name} as {c.type}) as {c.name}" for c in self.columns)
        con.execute(f"insert into scores.{self.name} select {cast} from score_rows")
        con.unregister("score_rows")


CUSTOMER = Column("customer_id", "varchar", "Person, one key over all systems.", "Customer", "客户", True)
AS_OF = Column("as_of", "date", "Last day that counts.", "As of", "截止日", True)
STATUS = Column("status", "varchar", "scored, or abstained with the reason in model_cards.", "Status", "状态", True)
MODEL = (
    Column(
        "grade",
        "varchar",
        "A, B or C as docs/models/features.md says; empty without a score. Lists take A and B.",
        "Grade",
        "等级",
    ),
    Column("model_id", "varchar", "Model that serves, with the beginning of its sha256.", "Model", "模型"),
    Column("expires_on", "date", "Last day on which the score should be used.", "Use until", "有效期至"),
)
WHY = (
    Column("reason_en", "varchar", "Why, in a sentence.", "Reason", "原因(英文)"),
    Column("reason_zh", "varchar", "Why, in Chinese.", "Reason (Chinese)", "原因"),
)
REASONS = tuple(
    Column(
        f"reason_{no}_{code}",
        "varchar",
        f"What moves the score most, place {no}; it goes with it, it need not cause it.",
        f"Reason {no} ({name})",
        f"原因{no}({name_zh})",
    )
    for no in (1, 2, 3)
    for code, name, name_zh in (("en", "English", "英文"), ("zh", "Chinese", "中文"))
)
