"""What every scorer of the demo company must keep: order, threads and the future do not show, no row is no error."""

import json
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from pathlib import Path

import duckdb
import pytest

from ml.scoring import SCORERS, score_all
from ml.tables import CARDS
from tests.marts.company import AS_OF

DAY = date.fromisoformat(AS_OF)
EACH = pytest.mark.parametrize("name", SCORERS)


@pytest.fixture(scope="module")
def con(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The company after all scorers."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("set timezone = 'UTC'")
        assert score_all(connection, DAY, tmp_path_factory.mktemp("home")) == list(SCORERS)
        connection.execute("attach ':memory:' as elsewhere")
        yield connection


@pytest.fixture(autouse=True)
def undone(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    con.begin()
    yield
    con.rollback()
    con.execute("use work")
    con.execute("reset threads")


def tables(con: duckdb.DuckDBPyConnection, name: str, but: str = "no column") -> dict[str, list[tuple]]:
    """Rows of the scorer's tables without a column."""
    rows = "select columns(c -> c <> ?) from scores.{} order by all"
    return {t: con.execute(rows.format(t), [but]).fetchall() for t in SCORERS[name].writes}


def reads(name: str) -> list[str]:
    """The built tables that a scorer reads; seeds keep their order."""
    return [read for read in SCORERS[name].reads if not read.startswith("seeds.")]


def copied(con: duckdb.DuckDBPyConnection, read: str, to: str) -> None:
    """A relation in another database: rows by their hash, every customer under another id that sorts alike."""
    has_customers = "customer_id" in [name for name, *_ in con.execute(f"describe {read}").fetchall()]
    renamed = "replace ('other ' || customer_id as customer_id)" if has_customers else ""
    con.execute(f"create schema if not exists {to}.{read.split('.')[0]}")
    con.execute(f"create table {to}.{read} as select * {renamed} from {read} as t order by hash(t)")


@EACH
def test_order_threads_and_ids_of_customers_change_no_cell_and_nothing_undeclared_is_read(
    con: duckdb.DuckDBPyConnection, name: str
) -> None:
    """All but the model's name, from a database with nothing but what the scorer says it reads."""
    before = tables(con, name, but="model_id")
    assert sum(map(len, before.values())) > 0
    for read in SCORERS[name].reads:
        copied(con, read, "elsewhere")
    con.execute("create schema if not exists elsewhere.scores")
    con.execute("set threads = 1")
    con.execute("use elsewhere")
    import_module(name).score(con, DAY, None)
    for table in SCORERS[name].writes:
        if any(column == "customer_id" for column, *_ in con.execute(f"describe scores.{table}").fetchall()):
            con.execute(f"update scores.{table} set customer_id = substr(customer_id, length('other ') + 1)")
    after = tables(con, name, but="model_id")
    assert {t: [row for row in before[t] if row not in set(after[t])][:3] for t in before} == {t: [] for t in before}
    assert after == before


FACTS = {read for scorer in SCORERS.values() for read in scorer.reads if read.startswith("core.fct_")}


def add_a_future(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """A third of the facts of a table once more, three years later, under keys of their own."""
    kinds = {name: kind for name, kind, *_ in con.execute(f"describe {table}").fetchall()}
    key = next(iter(kinds))
    own = {key, "order_id"}
    later = [
        f"'later ' || {name}" if name in own
        else f"{name} + interval 3 year" if kind.startswith(("DATE", "TIMESTAMP")) else name
        for name, kind in kinds.items()
    ]  # fmt: skip
    con.execute(f"insert into {table} select {', '.join(later)} from {table} as t where hash({key}) % 3 = 0")


@pytest.mark.parametrize("name", [name for name, scorer in SCORERS.items() if FACTS & set(scorer.reads)])
def test_what_happens_after_as_of_changes_no_cell(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """All but the model's name, which holds the hash of what it could have read."""
    before = tables(con, name, but="model_id")
    for fact in FACTS & set(SCORERS[name].reads):
        add_a_future(con, fact)
    import_module(name).score(con, DAY, None)
    after = tables(con, name, but="model_id")
    assert {t: [row for row in before[t] if row not in set(after[t])][:3] for t in before} == {t: [] for t in before}
    assert after == before


@EACH
def test_without_a_single_row_nothing_is_scored_and_the_card_says_why(
    con: duckdb.DuckDBPyConnection, name: str
) -> None:
    for read in reads(name):
        con.execute(f"delete from {read}")
    cards = import_module(name).score(con, DAY, None) or []
    assert all(card["grade"] == "abstain" and card["reason_en"] and card["reason_zh"] for card in cards), cards
    for table, rows in tables(con, name).items():
        columns = [c[0] for c in con.execute(f"describe scores.{table}").fetchall()]
        told = [dict(zip(columns, row, strict=True)) for row in rows]
        assert all(row["status"] not in ("scored", "ok") for row in told), table


def test_every_model_has_a_card_with_what_a_reader_must_know(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.execute(f"select model, status, grade, card from scores.{CARDS.name}").fetchall()
    assert {name for name, *_ in rows} >= {"churn", "purchase_intent", "lifetime_value", "response", "sales_forecast"}
    for name, status, grade, text in rows:
        card = json.loads(text)
        missing = [key for key in ("question", "population", "intended", "forbidden", "data") if not card.get(key)]
        assert missing == [], name
        assert (status == "abstained") == (grade == "abstain"), name
