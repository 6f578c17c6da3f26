"""What every scorer of the demo company must keep: order, ids, threads and the future do not show, what was drawn by
lot is not found, no row is no error."""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from importlib import import_module

import duckdb
import pytest

from ml import scoring
from ml.grade import LISTABLE
from ml.scoring import SCORERS
from ml.tables import CARDS
from orchestration.settings import Settings
from tests.marts.company import AS_OF

DAY = date.fromisoformat(AS_OF)
EACH = pytest.mark.parametrize("name", SCORERS)


@pytest.fixture(scope="module")
def con(scored: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The company after all scorers."""
    database = shutil.copyfile(scored.work_db, tmp_path_factory.mktemp("scored") / "work.duckdb")
    with duckdb.connect(str(database)) as connection:
        connection.execute("set timezone = 'UTC'")
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


def copied(con: duckdb.DuckDBPyConnection, read: str, to: str, prefix: str = "") -> None:
    """A relation in another database: rows by their hash, customers under ids with a prefix, which sort alike."""
    has_customers = "customer_id" in [name for name, *_ in con.execute(f"describe {read}").fetchall()]
    renamed = f"replace ('{prefix}' || customer_id as customer_id)" if has_customers and prefix else ""
    con.execute(f"create schema if not exists {to}.{read.split('.')[0]}")
    con.execute(f"create table {to}.{read} as select * {renamed} from {read} as t order by hash(t)")


def scored_elsewhere(con: duckdb.DuckDBPyConnection, name: str, prefix: str = "") -> None:
    """One thread, and a database with nothing but what the scorer says it reads, is in use from here on."""
    for read in SCORERS[name].reads:
        copied(con, read, "elsewhere", prefix)
    con.execute("create schema if not exists elsewhere.scores")
    con.execute("set threads = 1")
    con.execute("use elsewhere")
    import_module(name).score(con, DAY, None)


def assert_same(before: dict[str, list[tuple]], after: dict[str, list[tuple]]) -> None:
    """The same rows in every table; the first that differ are shown."""
    assert {t: [row for row in before[t] if row not in set(after[t])][:3] for t in before} == {t: [] for t in before}
    assert after == before


@EACH
def test_order_and_threads_change_no_cell_and_nothing_undeclared_is_read(
    con: duckdb.DuckDBPyConnection, name: str
) -> None:
    before = tables(con, name)
    assert sum(map(len, before.values())) > 0
    scored_elsewhere(con, name)
    assert_same(before, tables(con, name))


@EACH
def test_ids_of_customers_change_no_cell_but_the_name_of_the_model(con: duckdb.DuckDBPyConnection, name: str) -> None:
    before = tables(con, name, but="model_id")
    scored_elsewhere(con, name, "other ")
    for table in SCORERS[name].writes:
        if any(column == "customer_id" for column, *_ in con.execute(f"describe scores.{table}").fetchall()):
            con.execute(f"update scores.{table} set customer_id = substr(customer_id, length('other ') + 1)")
    assert_same(before, tables(con, name, but="model_id"))


MONEY = re.compile(r"_base$|^(unit_price|(line_|discount_)?amount)$|^clv_")
WITH_MONEY = (
    "churn", "lifetime_value", "groups", "win", "sales_forecast", "subscription_churn", "funnel", "scorecard",
    "campaign_uplift",
)  # fmt: skip


def in_cents(con: duckdb.DuckDBPyConnection, read: str) -> None:
    """A relation with every amount of money a hundred times as great."""
    if read == "seeds.feature_parameters":
        con.execute(f"update {read} set value = 100 * value where parameter in ('contact_cost', 'net_per_sale')")
        return
    for name, kind, *_ in con.execute(f"describe {read}").fetchall():
        if MONEY.search(name) and kind.startswith(("DECIMAL", "DOUBLE")):
            con.execute(f"update {read} set {name} = 100 * {name}")


@pytest.mark.parametrize("name", [f"ml.{name}" for name in WITH_MONEY])
def test_money_in_another_unit_changes_no_cell_but_money(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Every number is the same or a hundredfold, but for rounding; words may name amounts."""
    before = tables(con, name, but="model_id")
    for read in dict.fromkeys(SCORERS[name].reads):
        in_cents(con, read)
    import_module(name).score(con, DAY, None)
    for table, rows in tables(con, name, but="model_id").items():
        for old, new in zip(before[table], rows, strict=True):
            assert all(map(same_or_hundredfold, old, new)), (table, old, new)


def same_or_hundredfold(was: object, now: object) -> bool:
    """Numbers to a cent of either unit; words are not compared, as reasons may name amounts."""
    if isinstance(was, (float, Decimal)) and isinstance(now, (float, Decimal)):
        gap = min(abs(float(now) - float(was)), abs(float(now) / 100 - float(was)))
        return gap <= 0.011 + 1e-4 * abs(float(was))
    return isinstance(was, str) or was == now


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
    assert_same(before, tables(con, name, but="model_id"))


def shuffle(con: duckdb.DuckDBPyConnection, table: str, key: str, columns: str, within: str = "true") -> None:
    """Columns of a table change rows, together, among the rows alike in `within`."""
    place = "row_number() over (partition by {0} order by {1}) as place, {0} as part"
    con.execute(f"""
        create or replace table {table} as
        with others as (select {columns}, {place.format(within, f"hash({key}, '{columns}'), {key}")} from {table})
        select own.* replace ({", ".join(f"others.{name} as {name}" for name in columns.split(", "))})
        from (select {key}, {place.format(within, key)} from {table}) as numbered
        inner join {table} as own using ({key})
        inner join others on numbered.place = others.place and numbered.part is not distinct from others.part""")


def change_customers(con: duckdb.DuckDBPyConnection) -> None:
    """In the window that tests, every customer buys as somebody else does."""
    con.execute("""
        create temp table swapped as
        with known as (select distinct customer_id from core.fct_orders where customer_id is not null),
        drawn as (select customer_id, row_number() over (order by hash(customer_id)) as place from known)
        select here.customer_id, there.customer_id as other_id
        from (select customer_id, row_number() over (order by customer_id) as place from known) as here
        inner join drawn as there using (place)""")
    con.execute("""
        update core.fct_orders as o set customer_id = s.other_id from swapped as s
        where o.customer_id = s.customer_id and o.ordered_on >= date '2026-01-01'""")


FEATURES = ["net_365d_base", "recency_days", "purchase_days_365d", "discount_share_365d", "online_share", "visits_90d"]
BY_LOT = {
    "ml.churn": lambda con: shuffle(
        con, "features.customer_labels", "customer_id, cutoff_on", "has_churned, has_bought_soon", "cutoff_on"
    ),
    "ml.lifetime_value": change_customers,
    "ml.purchase_timing": change_customers,
    "ml.offers": lambda con: shuffle(con, "core.fct_order_lines", "line_id", "product_id"),
    "ml.groups": lambda con: [
        shuffle(con, "features.customer_features", "customer_id, cutoff_on", feature, "cutoff_on")
        for feature in FEATURES
    ],
    "ml.win": lambda con: shuffle(
        con, "core.fct_opportunities", "opportunity_id", "outcome", "outcome in ('won', 'lost')"
    ),
    "ml.text_moods": lambda con: [
        shuffle(con, "core.fct_surveys", "answer_id", "score, score_percent"),
        shuffle(con, "core.fct_tickets", "ticket_id", "satisfaction_score"),
    ],
    "ml.scorecard": lambda con: shuffle(con, "core.fct_campaign_responses", "response_id", "campaign_contact_id"),
    "ml.drivers": lambda con: shuffle(con, "core.fct_surveys", "answer_id", "score_percent", "item"),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_LOT)
def test_what_was_drawn_by_lot_is_not_found(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """Labels, tastes and habits change owners: no model may then be good enough for a list."""
    BY_LOT[name](con)
    cards = import_module(name).score(con, DAY, None) or []
    assert [card["model"] for card in cards if card["grade"] in LISTABLE] == []
    if name == "ml.drivers":
        assert con.execute("select max(r_squared) < 0.05 from scores.satisfaction_drivers").fetchall() == [(True,)]


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


def test_each_scorer_is_told_when_it_is_done_with_the_grades_of_its_models(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = ("ml.drivers", "ml.win", "ml.subscription_churn")
    monkeypatch.setattr(scoring, "SCORERS", {name: SCORERS[name] for name in few})
    heard: list[tuple[str, str, float]] = []
    scoring.score_all(con, DAY, None, lambda *told: heard.append(told))
    assert [name for name, *_ in heard] == ["drivers", "win", "subscription_churn"]
    graded = con.execute(f"select model || ' ' || grade from scores.{CARDS.name} order by 1").fetchall()
    assert sorted(grade for _, grades, _ in heard if grades for grade in grades.split(", ")) == [g for (g,) in graded]
