"""Segment files: what they come down to, and how every mistake in them is named by file, line and remedy."""

from pathlib import Path

import duckdb
import pytest

from orchestration.segments import generate
from orchestration.segments.load import builtin_segmentations, load_all, own_segmentations
from orchestration.segments.model import SegmentError
from orchestration.segments.preview import changes, counts
from orchestration.segments.rules import fact_columns
from orchestration.settings import settings


@pytest.fixture
def write(home: Path):
    """Writes CRM_HOME/segments/mine.yml and gives its path."""

    def write_file(text: str) -> Path:
        path = home / "segments" / "mine.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def facts() -> duckdb.DuckDBPyConnection:
    """Five customers in a table like the mart's."""
    with duckdb.connect() as con:
        con.execute("create schema marts")
        columns = ", ".join(f"{name} {column['type']}" for name, column in fact_columns().items())
        con.execute(f"create table marts.segment_facts ({columns})")
        con.execute("""
            insert into marts.segment_facts (customer_id, city, net_base, order_count, order_count_12m) values
            ('a', 'London', 500, 9, 5), ('b', 'London', 100, 2, 1), ('c', 'York', 900, 9, 9), ('d', null, 0, 0, 0),
            ('e', 'York', 10, 1, 0)""")
        yield con


def test_the_macro_that_dbt_reads_says_what_the_files_say() -> None:
    assert generate.MACRO.read_text(encoding="utf-8") == generate.macro_text()


def test_every_kind_of_segmentation_of_the_catalogue_has_rules() -> None:
    found = builtin_segmentations()
    assert {each.kind for each in found} == {"demographic", "geographic", "behavioural", "psychographic", "motive"}
    labelled = [(each.en, each.zh, each.about) for each in found] + [
        (c.en, c.zh, "x") for e in found for c in e.classes
    ]
    assert all(en and zh and en != zh and about for en, zh, about in labelled)


def test_an_own_rule_makes_one_segment_and_classes_make_one_each(home: Path, write) -> None:
    write(
        "- name: vip_london\n  en: London VIPs\n  rule: city = 'London' and net_base > 200\n"
        "- name: tier\n  classes:\n    - {name: high, rule: net_base >= 500}\n    - {name: low, rule: net_base < 500}\n"
        "- name: town\n  by: city\n"
    )
    vip, tier, town = own_segmentations(settings())
    assert vip.expression == "case when (city = 'London' and net_base > 200) then 'vip_london' end"
    assert tier.expression == "case when (net_base >= 500) then 'high' when (net_base < 500) then 'low' end"
    assert (town.expression, town.line, town.origin, town.kind) == ("city", 8, "own", "own")
    assert [each.name for each in load_all(settings())][-3:] == ["vip_london", "tier", "town"]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("- name: x\n  rule: citty = 'York'\n", 2, "did you mean 'city'"),
        ("- name: x\n  rule: order_count >\n", 2, "not a valid SQL expression"),
        ("- name: x\n  rule: order_count\n", 2, "this is a BIGINT"),
        ("- name: x\n  rule: sum(order_count) > 3\n", 2, "sum() is not allowed: it sums up several customers"),
        ("- name: x\n  rule: random() < 0.5\n", 2, "random() is not allowed: it gives another value at every run"),
        ("- name: x\n  rule: exists (select 1 from marts.dim_customers)\n", 2, "subquery is not allowed"),
        ("- name: x\n  rule: 1 = 1); drop table t; select (1\n", 2, "not a valid SQL expression"),
        ("- name: x\n  rule: city = 5 and gender > date '2020-01-01'\n", 2, "Cannot compare"),
        ("- name: x\n  rule: city = 'a' -- all\n", 2, "comments are not allowed"),
        ("- name: X y\n  by: city\n", 1, "use small letters"),
        ("- name: x\n", 1, "exactly one of rule"),
        ("- name: x\n  by: city\n  rule: true\n", 1, "exactly one of rule"),
        ("- name: x\n  kind: behavioral\n  by: city\n", 2, "did you mean 'behavioural'"),
        ("- name: x\n  ruel: true\n", 2, "did you mean 'rule'"),
        ("- name: x\n  by: city\n  by: region\n", 3, "stands here twice"),
        ("- name: buying\n  by: city\n", 1, "is taken"),
        ("- name: x\n  classes:\n  - {name: a, rule: true}\n  - {name: a, rule: true}\n", 4, "two classes"),
        ("- name: x\n  classes: []\n", 2, "classes is a list"),
        ("name: x\nrule: true\n", 1, "a segment file is a list"),
        ("- name: x\n  rule: [1\n", 3, "not YAML"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_remedy(home: Path, write, text: str, line: int, says: str) -> None:
    path = write(text)
    with pytest.raises(SegmentError) as told:
        own_segmentations(settings())
    assert str(told.value).startswith(f"{path}:{line}: ")
    assert says in str(told.value)


def test_all_mistakes_are_told_at_once(home: Path, write) -> None:
    write("- name: x\n  rule: citty = 1\n- name: y\n  by: city\n- name: z\n  by: regoin\n")
    with pytest.raises(SegmentError) as told:
        own_segmentations(settings())
    assert [line.split(":")[1] for line in str(told.value).splitlines()] == ["2", "6"]


def test_a_preview_counts_customers_and_money_of_every_segment(home: Path, write, facts) -> None:
    write(
        "- name: tier\n  classes:\n    - {name: top, rule: net_base >= 900}\n"
        "    - {name: none, rule: net_base > 9000}\n"
        "    - {name: rest, rule: net_base >= 0}\n- name: town\n  by: city\n"
    )
    found = [tuple(line.values()) for line in counts(facts, own_segmentations(settings()))]
    assert found == [
        ("tier", "top", 1, 0.2, 900.0),
        ("tier", "none", 0, 0.0, 0.0),
        ("tier", "rest", 4, 0.8, 610.0),
        ("town", "London", 2, 0.4, 600.0),
        ("town", "York", 2, 0.4, 910.0),
    ]


def test_changes_count_who_enters_and_who_leaves_against_the_release(home: Path, write, facts) -> None:
    write("- name: town\n  by: city\n- name: fresh\n  rule: order_count > 5\n")
    release = home / "current.duckdb"
    with duckdb.connect(str(release)) as con:
        con.execute("""
            create schema marts;
            create table marts.segment_members as
            select * from (values
                ('town', 'London', 'a'), ('town', 'London', 'e'), ('town', 'Hull', 'c'), ('gone', 'x', 'a')
            ) as t (segmentation, segment, customer_id)""")
    found = [tuple(line.values()) for line in changes(facts, release, own_segmentations(settings()))]
    assert found == [
        ("fresh", "fresh", 0, 2, 2, 0),
        ("town", "Hull", 1, 0, 0, 1),
        ("town", "London", 2, 2, 1, 1),
        ("town", "York", 0, 2, 2, 0),
    ]
    before_any_release = changes(facts, None, own_segmentations(settings()))
    assert [line["before"] for line in before_any_release] == [0, 0, 0]


def test_a_rule_that_fails_on_real_values_is_named_with_its_file(home: Path, write, facts) -> None:
    path = write("- name: x\n  rule: cast(city as integer) > 1\n")
    with pytest.raises(SegmentError, match=f"{path}:1: x: "):
        counts(facts, own_segmentations(settings()))
