"""F-68, F-69: ids survive rebuilds, shuffles and new data; a merge undone gives every id and member back."""

import random

import pytest

from tests.identity.state.engine import People, line, parts

PAIRS = {"ab": [1, 2], "cde": [3, 4, 5], "f": [6, 7]}
EVERYBODY = list(range(1, 9))


def test_f69_a_rebuild_from_shuffled_records_keeps_every_id(models):
    first = People(models)
    expected = first.run(EVERYBODY, PAIRS)
    for seed in range(20):
        chance = random.Random(seed)
        again = People(models)
        shuffled = {value: chance.sample(PAIRS[value], len(PAIRS[value])) for value in chance.sample(list(PAIRS), 3)}
        assert again.run(chance.sample(EVERYBODY, len(EVERYBODY)), shuffled) == expected


def test_f69_new_records_take_the_id_of_the_person_they_join_even_when_they_sort_before(people):
    before = people.run([5, 6], {"x": [5, 6]})
    people.release()
    after = people.run([1, 5, 6], {"x": [5, 6, 1]})
    assert after == before | {1: before[5]}


def test_f69_a_second_run_on_the_same_records_changes_no_row(people):
    people.run(EVERYBODY, PAIRS, line("merge", 1, 8))
    tables = [f"from identity.identity_{name} order by all" for name in ("registry", "decisions", "persons")]
    first = [people.rows(table) for table in tables]
    people.release()
    people.run(EVERYBODY, PAIRS, line("merge", 1, 8))
    assert first == [people.rows(table) for table in tables]


def test_the_older_id_stays_when_two_persons_become_one_and_the_other_leads_to_it(people):
    people.run([5], {})
    people.release()
    apart = people.run([5, 1], {})
    people.release()
    merged = people.run([5, 1], {"x": [1, 5]})
    assert merged == {1: apart[5], 5: apart[5]}, "1 sorts first, but 5 is older"
    assert people.rows("select status, merged_into from identity.identity_registry where founded_in = 2") == [
        ("merged", apart[5])
    ]


def test_f68_evidence_that_goes_gives_both_ids_back(people):
    apart = people.run(EVERYBODY, PAIRS)
    people.release()
    people.run(EVERYBODY, PAIRS | {"bridge": [2, 3]})
    people.release()
    assert people.run(EVERYBODY, PAIRS) == apart
    assert people.rows("select decision, decided_by from identity.identity_decisions order by decision_no") == [
        ("merge", "rule:email"),
        ("split", "evidence"),
    ]


def test_a_person_whose_founder_left_the_data_keeps_the_id(people):
    before = people.run([1, 2, 3], {"x": [1, 2, 3]})
    people.release()
    after = people.run([2, 3], {"x": [2, 3]})
    assert after == {2: before[1], 3: before[1]}
    people.release()
    returned = people.run([1, 2, 3], {"x": [2, 3]})
    assert returned[2] == before[1]
    assert returned[1] != before[1], "the id is taken; the record that came back founds another"
    assert people.rows("select count(*), count(distinct customer_id) from identity.identity_registry") == [(2, 2)]


def test_an_id_without_any_record_is_retired_and_never_given_again(people):
    gone = people.run([1, 2], {})[1]
    people.release()
    people.run([2], {})
    assert people.rows(f"select status from identity.identity_registry where customer_id = '{gone}'") == [("retired",)]
    people.release()
    assert people.run([1, 2], {})[1] == gone, "the same founder came back"


@pytest.mark.parametrize("seed", range(5))
def test_f69_a_run_of_merges_and_splits_leaves_ids_that_depend_on_the_last_state_alone(models, seed):
    chance, people = random.Random(seed), People(models)
    apart = people.run(EVERYBODY, {})
    people.release()
    for _ in range(6):
        shared = {f"v{i}": chance.sample(EVERYBODY, chance.randint(2, 4)) for i in range(chance.randint(0, 4))}
        now = people.run(EVERYBODY, shared)
        people.release()
        for group in parts(now):
            assert {now[n] for n in group} == {apart[min(group)]}, "founded in one run: the smallest names it"
    assert people.run(EVERYBODY, {}) == apart
