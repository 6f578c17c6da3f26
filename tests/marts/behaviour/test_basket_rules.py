"""Association rules: published counts on real baskets, exact significance, nothing found where there is nothing."""

import csv
import random
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from tests.marts.behaviour.conftest import Compile

MODELS = ("int_basket_rules__counted", "int_basket_rules__tested", "basket_rules")
UNIVERSE = "select {no} as universe_no, 'order_product' as basis, 's{no}' as system, 'product' as item_kind, " \
    "{support}::decimal(9,6) as min_support, {least}::bigint as min_basket_count, " \
    "{confidence}::decimal(9,6) as min_confidence, {items} as max_items, null::bigint as max_grown"  # fmt: skip


def mine(
    con: duckdb.DuckDBPyConnection, sql: dict[str, str], baskets: Iterable[Iterable[str]], universes: list[dict]
) -> None:
    """Fills marts.basket_rules with the rules of the baskets, once per universe of thresholds."""
    rows = [(no, item) for no, basket in enumerate(baskets) for item in sorted(set(basket))]
    numbers, items = zip(*rows, strict=True)
    con.execute("create temp table bought as select unnest($1) as basket_no, unnest($2) as item", [numbers, items])
    con.execute("create table core.int_basket_universes as " + " union all ".join(
        UNIVERSE.format(no=no, **({"items": 6, "least": 1} | each)) for no, each in enumerate(universes, start=1)
    ))  # fmt: skip
    con.execute("""
        create table core.int_items as
        select row_number() over (order by item)::integer as item_no, 'product' as item_kind, item as item_id,
            item as item_name
        from (select distinct item from bought)""")
    con.execute("""
        create table core.int_baskets__items as
        select universe_no, basket_no, item_no from bought inner join core.int_items on item = item_id
        cross join core.int_basket_universes""")
    for model in MODELS:
        con.execute(f"create table marts.{model} as {sql[model]}")


@pytest.fixture(scope="module")
def groceries(compiled: Compile, reference_data: Path) -> Iterable[duckdb.DuckDBPyConnection]:
    with (reference_data / "groceries" / "groceries.csv").open(encoding="utf-8", newline="") as file:
        baskets = [[item for item in row if item] for row in csv.reader(file)]
    assert len(baskets) == 9835
    thresholds = [(".006", ".25"), (".001", ".5"), (".001", ".8"), (".001", ".9"), (".01", ".5")]
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as work; use work; create schema core; create schema marts")
        universes = [{"support": support, "confidence": confidence} for support, confidence in thresholds]
        mine(con, compiled(*MODELS, basket_max_items=6), baskets, universes)
        yield con


def test_groceries_give_the_published_numbers_of_rules(groceries: duckdb.DuckDBPyConnection) -> None:
    found = groceries.execute("select system, count(*) from marts.basket_rules group by all order by all").fetchall()
    assert [count for _, count in found] == [463, 5668, 410, 129, 15]


def test_the_page_of_public_figures_has_these_numbers_of_rules(repo: Path) -> None:
    page = (repo / "docs" / "marts" / "real-data.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in page[page.index("## Groceries") :].splitlines() if "| 9,835 |" in line]
    assert sorted((float(row[0].strip("| ")), float(row[1]), row[3]) for row in rows) == [
        (0.001, 0.5, "5,668"), (0.001, 0.8, "410"), (0.001, 0.9, "129"), (0.006, 0.25, "463"), (0.01, 0.5, "15")
    ]  # fmt: skip


def test_the_strongest_rules_of_groceries_are_the_published_ones(groceries: duckdb.DuckDBPyConnection) -> None:
    top = """
        select antecedent, consequent, round(support, 6), round(confidence, 5), round(lift, 4), round(leverage, 5),
            round(conviction, 3)
        from marts.basket_rules where system = ? order by lift desc, antecedent limit ?"""
    herbs, berries = groceries.execute(top, ["s1", 2]).fetchall()
    assert herbs == ("herbs", "root vegetables", 0.007016, 0.43125, 3.9565, 0.00524, 1.567)
    assert berries[:2] == ("berries", "whipped/sour cream") and berries[4] == 3.7969
    (wine,) = groceries.execute(top, ["s3", 1]).fetchall()
    assert wine[:2] == ("liquor + red/blush wine", "bottled beer") and (wine[3], wine[4]) == (0.90476, 11.2353)


def test_strength_follows_from_whole_counts(groceries: duckdb.DuckDBPyConnection) -> None:
    rules = groceries.execute("""
        select basket_count, antecedent_count, consequent_count, together_count, support, confidence, lift, leverage
        from marts.basket_rules where system = 's1'""").fetchall()
    for n, a, c, x, support, confidence, lift, leverage in rules:
        exact = (
            Fraction(x, n),
            Fraction(x, a),
            Fraction(x * n, a * c),
            Fraction(x, n) - Fraction(a, n) * Fraction(c, n),
        )
        assert (support, confidence, lift, leverage) == pytest.approx([float(f) for f in exact], rel=1e-12)


def test_significance_is_fishers_exact_test(groceries: duckdb.DuckDBPyConnection) -> None:
    from scipy.stats import hypergeom

    rules = groceries.execute("""
        select together_count, basket_count, antecedent_count, consequent_count, p_value
        from marts.basket_rules where system in ('s1', 's2') order by all""").fetchall()
    x, n, a, c, p = zip(*rules, strict=True)
    expected = hypergeom.sf([value - 1 for value in x], n, a, c)
    assert list(p) == pytest.approx(list(expected), rel=1e-8)


def test_lift_and_p_value_are_the_same_in_both_directions(compiled: Compile, work: duckdb.DuckDBPyConnection) -> None:
    rng = random.Random(7)
    baskets = [[item for item in "abcdef" if rng.random() < 0.4] or ["a"] for _ in range(300)]
    mine(work, compiled(*MODELS), baskets, [{"support": 0, "confidence": 0, "items": 2}])
    both = work.execute("""
        select one.lift, other.lift, one.p_value, other.p_value
        from marts.basket_rules as one
        inner join marts.basket_rules as other
            on one.antecedent = other.consequent and one.consequent = other.antecedent
        """).fetchall()
    assert len(both) == 30
    assert all(lift == lift_back and p == p_back for lift, lift_back, p, p_back in both)


def test_shuffled_baskets_show_no_habit(compiled: Compile, work: duckdb.DuckDBPyConnection) -> None:
    """Items are dealt anew over baskets of the same sizes: no rule may be significant. Planted pairs are found."""
    rng = random.Random(11)
    sizes = [rng.randint(1, 6) for _ in range(2000)]
    pool = [f"item{int(rng.paretovariate(0.9)) % 40:02d}" for _ in range(sum(sizes))]
    cut = iter(pool)
    baskets = [[next(cut) for _ in range(size)] for size in sizes]
    planted = [[*basket, "bread", "butter"] if no % 40 == 0 else basket for no, basket in enumerate(baskets)]
    mine(work, compiled(*MODELS), planted, [{"support": 0, "least": 5, "confidence": 0, "items": 2}])
    rules = work.execute("select antecedent, consequent, p_holm from marts.basket_rules order by all").fetchall()
    assert len(rules) > 200
    found = [(antecedent, consequent) for antecedent, consequent, p in rules if p < 0.05]
    assert found == [("bread", "butter"), ("butter", "bread")]
