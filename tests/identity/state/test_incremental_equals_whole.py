"""Persons and registry recomputed where links changed are, row by row, those of a whole pass: over any sequence of
records that come, change and go, values that cross their cap, decisions that are made and withdrawn, and builds that
are released or not."""

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from orchestration.identity.incremental import FROM_CLUSTERS, Chain
from tests.identity.state.engine import People, line

RECORDS = range(1, 13)
CAP = 4  # a value that more records share ties nobody
TABLES = ("identity_persons", "identity_registry", "identity_components")

members = st.sets(st.sampled_from(RECORDS), max_size=6)
lines = st.lists(
    st.builds(
        line,
        st.sampled_from(["merge", "forbid", "split", "confirm"]),
        st.sampled_from([1, 2, 3, 4, 5]),
        st.sampled_from([6, 7, 8, 9, 10]),
    ),
    max_size=3,
)
# One thing changes at a time, so that most of the company lies still and must come out untouched and right.
edits = st.one_of(
    st.tuples(st.just("value"), st.sampled_from("abcde"), members),
    st.tuples(st.just("record"), st.sampled_from(RECORDS), st.none()),
    st.tuples(st.just("lines"), lines, st.none()),
)


CLUSTERS = """
    select point_id, point_no, component_no as cluster_no, 'somebody' as customer_id
    from identity.identity_points join identity.identity_components using (point_no)
"""


def advance(people: People, chain: Chain, first: bool, records: list[int], shared: dict, lines: list) -> None:
    """Put a new state in; compute it whole, or only where a link or a record came or went."""
    links = "select point_a, point_b, value from identity.identity_edges"
    people.con.execute(f"create or replace temp table was as {links}")
    people.con.execute("create or replace temp table were as select point_no from identity.identity_points")
    people.give(records, shared, *lines)
    if first:
        chain.whole(people.con)
        return
    people.con.execute(f"""
        create or replace temp table changed as
        with moved as ((from was except {links}) union all ({links} except from was))
        select point_a as point_no from moved union select point_b from moved
        union (from were except select point_no from identity.identity_points)
        union (select point_no from identity.identity_points except from were)""")
    chain.advance(people.con, "changed")


def edited(state: tuple, edit: tuple) -> tuple:
    """The state (records, values, lines) after one edit."""
    (records, values, decided), (what, which, now) = state, edit
    if what == "value":
        return records, values | {which: now}, decided
    if what == "record":
        return records ^ {which}, values, decided
    return records, values, which


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.sampled_from("abcde"), members, min_size=3),
    st.lists(st.tuples(edits, st.booleans()), min_size=1, max_size=4),
)
@example({"a": {1, 2, 3}, "b": {3, 4, 5}}, [(("value", "a", set()), True)])
@example(
    {"a": {1, 2, 3}, "b": {3, 4, 5}},
    [(("value", "a", {1, 2, 3, 6, 7}), True), (("value", "a", {1, 2, 3}), True)],
)
@example({"a": {1, 2, 3}, "b": {3, 4, 5}}, [(("record", 3, None), True), (("record", 3, None), True)])
# In builds that nobody sees: an id whose founder is gone goes to another person, and is taken out of it by hand.
@example(
    {"a": {1, 3}, "b": {2, 4}},
    [
        (("record", 1, None), False),
        (("value", "c", {3, 4}), False),
        (("lines", [line("forbid", 3, 4)], None), False),
    ],
)
# A founder comes back into another person, while its id went to its former company; then stands by itself.
@example(
    {"a": {1, 3}, "b": {2, 4}},
    [
        (("record", 1, None), True),
        (("value", "a", set()), True),
        (("value", "b", {1, 2, 4}), True),
        (("record", 1, None), True),
        (("lines", [line("split", 1)], None), True),
    ],
)
def test_f69_an_incremental_pass_equals_a_whole_one(models, values, edits):
    fast, whole = People(models), People(models)
    every = Chain.of(("identity_components", *FROM_CLUSTERS)).models
    chain = Chain({"identity_components": every["identity_components"], "identity_clusters": CLUSTERS} | every)
    state = (set(RECORDS), values, [])
    for number, (edit, released) in enumerate([(None, True), *edits]):
        records, values, decided = state = edited(state, edit) if edit else state
        usable = {value: sorted(members) for value, members in values.items() if len(members) <= CAP}
        advance(fast, chain, number == 0, sorted(records), usable, decided)
        advance(whole, chain, True, sorted(records), usable, decided)
        for table in TABLES:
            rows = f"from identity.{table} order by all"
            assert fast.rows(rows) == whole.rows(rows), (table, number, edit)
        if released:
            fast.release()
            whole.release()
