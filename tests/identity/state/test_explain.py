"""The chain between any two records of a person; values masked; scores told comparison by comparison."""

import itertools
import random

import duckdb
import pytest

from orchestration.identity import words
from orchestration.identity.explain import Link, NotFound, bridges, chain, find, holding, links_of, masked, tree


def link(a: str, b: str, weight: float | None = 20.0, source: str = "rule", **more) -> Link:
    facts = {"rule": "email", "kind": "email", "value": "anna@example.org", "status": "accepted", "reason": None} | more
    return Link("c_1", more.pop("other", None), a, b, source, weight=weight, **facts)


def strongest_first(*links: Link) -> list[Link]:
    return sorted(links, key=lambda one: one.strength, reverse=True)


def test_the_chain_takes_the_way_whose_weakest_link_is_strongest():
    direct, detour = link("a", "c", 3.0), [link("a", "b", 9.0), link("b", "c", 8.0)]
    assert chain(strongest_first(direct, *detour), "a", "c") == detour


def test_a_person_s_word_comes_before_any_weight():
    word = link("a", "c", None, "override", rule="merge", reason="Ann: same woman")
    assert chain(strongest_first(link("a", "b", 90.0), link("b", "c", 90.0), word), "a", "c") == [word]


@pytest.mark.parametrize("seed", range(20))
def test_every_two_records_of_a_person_have_a_chain_and_strangers_have_none(seed):
    chance = random.Random(seed)
    names = [f"p{i}" for i in range(12)]
    links = [link(names[i], names[chance.randrange(i)], chance.uniform(1, 90)) for i in range(1, 12)]
    links += [link(*chance.sample(names, 2), chance.uniform(1, 90)) for _ in range(8)]
    links = strongest_first(*links, link("p0", "stranger", 99.0, status="refused"))
    assert len(tree(holding(links))) == 11
    for a, b in itertools.combinations(names, 2):
        points = [a]
        for step in chain(links, a, b):
            points.append(step.point_b if step.point_a == points[-1] else step.point_a)
        assert points[-1] == b
    assert chain(links, "p0", "stranger") is None


def test_a_bridge_holds_two_halves_together_that_nothing_else_connects():
    halves = [link("a", "b"), link("b", "c"), link("a", "c"), link("x", "y"), link("y", "z"), link("x", "z")]
    bridge, leaf = link("c", "x", 4.0), link("z", "leaf")
    assert bridges(strongest_first(*halves, bridge, leaf)) == [bridge]


@pytest.mark.parametrize(
    ("value", "shown"),
    [("anna@example.org", "a***@example.org"), ("+447700900123", "+44***23"), ("1234", "***"), (None, None)],
)
def test_values_are_masked(value, shown):
    assert masked("any", value) == shown
    if value:
        told = words.why(link("a", "b", value=value))
        assert value not in told
        assert value in words.why(link("a", "b", value=value), show=True)


def test_a_score_is_told_as_a_waterfall_strongest_first():
    steps = "given same 6.73; birth similar 3.75; subject same 0.03; phone different -2.89; rarity and prior -14.10"
    told = words.why(link("a", "b", -6.5, "score", kind=None, value=None, steps=steps))
    assert told == (
        "details weighed together: rarity and prior -14.1, first name same +6.7, birth date similar +3.8, "
        "phone different -2.9"
    )


@pytest.fixture
def release():
    con = duckdb.connect()
    con.execute("""
        create schema marts;
        create table marts.customer_id_registry as select * from (values
            ('c_1', 'active', 'c_1'), ('c_old', 'merged', 'c_1'), ('c_gone', 'retired', null)
        ) as t (customer_id, status, current_customer_id);
        create table marts.bridge_customer_identities as select * from (values
            ('customers', 'shop', '1', 'c_1'), ('orders', 'shop', '1', null), ('leads', 'crm', 'a:b', 'c_1')
        ) as t (stream, system, record_ref, customer_id);
        create table marts.identity_explanations as select 'c_1' as customer_id, null::varchar as other_customer_id,
            'customers:shop:1' as point_a, 'leads:crm:a:b' as point_b, 'rule' as source, 'email' as rule,
            'email' as kind, 'x@y.org' as value, 20.0::double as weight, 'accepted' as status,
            null::varchar as reason, null::varchar as steps""")
    return con


def test_a_name_leads_to_a_person_by_old_id_and_by_record(release):
    assert find(release, "c_old").customer_id == "c_1"
    assert find(release, "customers:shop:1").customer_id == "c_1"
    assert find(release, "crm:a:b").record == "leads:crm:a:b"
    assert len(links_of(release, "c_1")) == 1


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("c_gone", "none of its records is in the data"),
        ("shop:1", "customers:shop:1 or orders:shop:1"),
        ("nobody", "no such customer"),
    ],
)
def test_a_name_that_leads_nowhere_or_to_two_is_told(release, name, says):
    with pytest.raises(NotFound, match=says):
        find(release, name)
