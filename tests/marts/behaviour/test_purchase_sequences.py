"""Frequent sequences: the examples of the papers, and brute force on small random histories."""

from datetime import date, timedelta
from itertools import combinations

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.marts.behaviour.conftest import Compile

History = list[tuple[int, frozenset[str]]]  # (day, items), days ascending
PREFIXSPAN = ["a abc ac d cf", "ad c bc ae", "ef ab df c b", "e g af c b c"]
SPADE = ["cd abc abf acdf", "abf e", "abf", "dgh bf agh"]
Pattern = tuple[frozenset[str], ...]


def history(text: str) -> History:
    return [(day, frozenset(items)) for day, items in enumerate(text.split())]


def mined(con: duckdb.DuckDBPyConnection, sql: str, histories: list[History]) -> dict[Pattern, int]:
    """What the model finds, as {elements: customers}."""
    con.execute("create or replace table core.int_purchase_days (customer_no integer, item_no integer, bought_on date)")
    rows = [
        (no, ord(item), date(2024, 1, 1) + timedelta(day))
        for no, each in enumerate(histories)
        for day, items in each
        for item in items
    ]
    if rows:
        con.executemany("insert into core.int_purchase_days values (?, ?, ?)", rows)
    con.execute("""create or replace table core.int_items as
        select range::integer as item_no, chr(range::integer) as item_name from range(97, 123)""")
    found = con.execute(f"select sequence, customer_count from ({sql})").fetchall()
    return {tuple(frozenset(part.split(" + ")) for part in text.split(" → ")): count for text, count in found}


def holds(each: History, pattern: Pattern, gap: int, after: int | None = None) -> bool:
    """Whether a history holds the pattern, by trying every place for every element."""
    return not pattern or any(
        pattern[0] <= items and holds(each, pattern[1:], gap, day)
        for day, items in each
        if after is None or (day > after and (not gap or day - after <= gap))
    )


def brute_force(histories: list[History], least: int, largest: int, gap: int) -> dict[Pattern, int]:
    """Every pattern of up to `largest` items over the items that occur, counted one customer at a time."""
    items = sorted({item for each in histories for _, day in each for item in day})
    elements = [frozenset(c) for size in range(1, largest + 1) for c in combinations(items, size)]
    grown: list[Pattern] = [()]
    found: dict[Pattern, int] = {}
    while grown:
        longer = [(*p, e) for p in grown for e in elements if sum(map(len, p)) + len(e) <= largest]
        counts = {p: sum(holds(each, p, gap) for each in histories) for p in longer}
        grown = [p for p, count in counts.items() if count]
        found |= {p: count for p, count in counts.items() if count >= least}
    return found


@pytest.mark.parametrize(("texts", "patterns"), [(PREFIXSPAN, 53), (SPADE, 18)], ids=["prefixspan", "spade"])
def test_the_examples_of_the_papers_are_reproduced(
    compiled: Compile, work: duckdb.DuckDBPyConnection, texts: list[str], patterns: int
) -> None:
    limits = {"sequence_min_support": "0", "sequence_min_customers": 2, "sequence_max_items": 5}
    sql = compiled("purchase_sequences", **limits)["purchase_sequences"]
    found = mined(work, sql, [history(text) for text in texts])
    assert len(found) == patterns
    if texts is SPADE:
        assert found[frozenset("d"), frozenset("bf"), frozenset("a")] == 2


HISTORIES = st.lists(
    st.dictionaries(st.integers(0, 6), st.frozensets(st.sampled_from("abc"), min_size=1), max_size=4).map(
        lambda days: sorted(days.items())
    ),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize("gap", [0, 2])
def test_every_frequent_sequence_of_small_histories_is_found_and_no_other(
    compiled: Compile, work: duckdb.DuckDBPyConnection, gap: int
) -> None:
    limits = {"sequence_min_support": "0", "sequence_min_customers": 2, "sequence_max_items": 3}
    sql = compiled("purchase_sequences", **limits, sequence_max_gap_days=gap)["purchase_sequences"]

    @settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(HISTORIES)
    def check(histories: list[History]) -> None:
        assert mined(work, sql, histories) == brute_force(histories, least=2, largest=3, gap=gap)

    check()
