"""Human decisions stand above the evidence, and leave nothing behind when they are taken out."""

import random

import pytest

from tests.identity.state.engine import People, line, parts

EVERYBODY = list(range(1, 9))
ONE = {"hub": [1, 2, 3], "other": [3, 4]}


def test_a_merge_makes_one_person_of_two_and_its_withdrawal_exactly_undoes_it(people):
    apart = people.run(EVERYBODY, ONE)
    people.release()
    merged = people.run(EVERYBODY, ONE, line("merge", 8, 1))
    assert merged == apart | {8: apart[1]}
    people.release()
    assert people.run(EVERYBODY, ONE) == apart


def test_f66_a_forbidden_pair_falls_apart_at_its_weakest_link(people):
    ids = people.run(EVERYBODY, ONE, line("forbid", 1, 4))
    assert parts(ids) == {frozenset({1, 2}), frozenset({3, 4}), *(frozenset({n}) for n in range(5, 9))} or (
        parts(ids) == {frozenset({1, 2, 3}), frozenset({4}), *(frozenset({n}) for n in range(5, 9))}
    )
    assert ids[1] != ids[4]


def test_the_longer_value_weighs_more_and_stays(people):
    weak_hub = people.run([1, 2, 3, 4], {"hub": [1, 2, 3], "much stronger": [3, 4]}, line("forbid", 1, 4))
    assert parts(weak_hub) in ({frozenset({1, 2}), frozenset({3, 4})}, {frozenset({1}), frozenset({2, 3, 4})})
    strong_hub = people.run([1, 2, 3, 4], {"a strong hub": [1, 2, 3], "weak": [3, 4]}, line("forbid", 1, 4))
    assert parts(strong_hub) == {frozenset({1, 2, 3}), frozenset({4})}


def test_a_split_record_stands_alone_and_the_others_stay_together_though_it_was_their_hub(people):
    ids = people.run(EVERYBODY, {"hub": [1, 2, 3]}, line("split", 1))
    assert parts(ids) == {frozenset({2, 3}), *(frozenset({n}) for n in (1, 4, 5, 6, 7, 8))}


def test_what_a_person_ties_holds_against_a_split_from_everybody(people):
    ids = people.run(EVERYBODY, {"hub": [1, 2, 3]}, line("split", 1), line("merge", 1, 8))
    assert parts(ids) == {frozenset({2, 3}), frozenset({1, 8}), *(frozenset({n}) for n in (4, 5, 6, 7))}


def test_a_cycle_of_merges_is_one_person(people):
    ids = people.run(EVERYBODY, {}, line("merge", 1, 2), line("merge", 2, 3), line("merge", 3, 1))
    assert parts(ids) == {frozenset({1, 2, 3}), *(frozenset({n}) for n in range(4, 9))}


def test_a_merge_of_two_persons_with_a_forbidden_pair_between_them_keeps_the_pair_apart(people):
    shared = {"first": [1, 2], "second": [3, 4]}
    ids = people.run(EVERYBODY, shared, line("merge", 1, 3), line("forbid", 2, 4))
    assert ids[1] == ids[3]
    assert ids[2] != ids[4]


def test_a_decision_about_a_record_that_has_not_come_waits_and_holds_from_then_on(people):
    apart = people.run([1, 2], {}, line("merge", 1, 99))
    assert parts(apart) == {frozenset({1}), frozenset({2})}
    assert people.rows("select status from identity.identity_override_points") == [("pending",)]
    people.release()
    assert parts(people.run([1, 2, 99], {}, line("merge", 1, 99))) == {frozenset({1, 99}), frozenset({2})}


def test_f68_the_log_keeps_who_decided_and_that_it_was_withdrawn(people):
    alone = people.run(EVERYBODY, {})
    people.release()
    ids = people.run(EVERYBODY, {}, line("merge", 1, 2, by="Ann"), line("forbid", 3, 4, by="Bo"), line("confirm", 5, 6))
    (gone,) = set(alone.values()) - set(ids.values()) - {alone[2]}
    people.release()
    apart = people.run(EVERYBODY, {}, line("forbid", 3, 4, by="Bo"), line("confirm", 5, 6))
    log = """select decision, event, decided_by, customer_id, record_a from identity.identity_decisions
        order by decided_in, decision, event, record_a is not null, customer_id"""
    assert people.rows(log) == [
        ("confirm", "made", "Ann", None, "customers:shop:5"),
        ("forbid", "made", "Bo", None, "customers:shop:3"),
        *(("merge", "made", "Ann", customer, None) for customer in sorted([apart[2], gone])),
        ("merge", "made", "Ann", None, "customers:shop:1"),
        ("merge", "withdrawn", "Ann", None, "customers:shop:1"),
        ("split", "made", "Ann", apart[2], None),
    ]
    assert ids[1] == ids[2]


@pytest.mark.parametrize("seed", range(12))
def test_taking_one_line_out_undoes_exactly_that_line(models, seed):
    """Whatever the other lines: with a line put in and taken out again, all is as if it had never been there."""
    chance = random.Random(seed)
    shared = {f"v{i}" * chance.randint(1, 3): chance.sample(EVERYBODY, 3) for i in range(3)}
    cuts = [line("forbid", *chance.sample(EVERYBODY[:4], 2)), line("split", chance.choice(EVERYBODY), line_no=3)]
    kept = [*cuts, line("merge", *chance.sample(EVERYBODY[4:], 2), line_no=4)]
    passing = line("merge", chance.choice(EVERYBODY[:4]), chance.choice(EVERYBODY[4:]), line_no=5)
    people = People(models)
    before = people.run(EVERYBODY, shared, *kept)
    people.release()
    people.run(EVERYBODY, shared, *kept, passing)
    people.release()
    assert people.run(EVERYBODY, shared, *kept) == before
