"""Figures that other pages quote of public data are those of the printed page; how figures become tables."""

import re
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from benchmarks import marts_report

QUOTING = {"value.md": "## Measured", "funnel.md": "A back-test is worth", "rfm.md": "`ml/hughes.py`"}
BEYOND = {"10,000", "15.46"}  # a setting; a back-test with stages that the file does not have


def quoted(text: str) -> set[str]:
    """Numbers of a text with a comma or a point in them: amounts, counts from a thousand on, percents."""
    return set(re.findall(r"(?<![\w.,])\d[\d,]*[.,]\d+(?![\w])", text))


@pytest.mark.parametrize("name", QUOTING)
def test_a_quoted_figure_is_on_the_page(repo: Path, name: str) -> None:
    folder = repo / "docs" / "marts"
    printed = (folder / "real-data.md").read_text(encoding="utf-8")
    text = (folder / name).read_text(encoding="utf-8").split(QUOTING[name], 1)[1].split("\n## ", 1)[0]
    assert quoted(text) - BEYOND and quoted(text) - BEYOND - quoted(printed) == set()


def test_a_table_keeps_thousands_apart_and_names_what_is_empty() -> None:
    lines = marts_report.table(["name", "net", "is_best"], [("a", Decimal("1234.50"), True), ("b", None, False)])
    assert lines == ["| name | net | is_best |", "|---|---:|---|", "| a | 1,234.50 | True |", "| b | – | False |"]


def test_a_figure_whose_table_is_missing_or_empty_says_so() -> None:
    with duckdb.connect() as con:
        con.execute(
            "create schema marts; create table marts.customer_lifecycle (stage_by_transaction text, is_current bool)"
        )
        assert marts_report.figures(con, ["Pyramid"]) == ["", "### Pyramid", "", "No row."]
        assert marts_report.figures(con, ["Lifecycle now"])[-1] == "No row."
