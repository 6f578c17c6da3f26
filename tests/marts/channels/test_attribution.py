"""Attribution against published figures, an independent computation, and the laws that every rule keeps."""

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.marts.channels.journeys import Journeys, Path

Over = Callable[..., Journeys]

RULES = ["first", "last", "linear", "position", "decay", "markov"]
# Channels of a path, how often it was bought, how often not.
SECOND = [("fb", 10, 90), ("ad", 5, 195), ("fb ad", 12, 38), ("ad em", 6, 44), ("fb ad em", 9, 11), ("em", 20, 80)]


def repeated(counted: list[tuple[str, int, int]]) -> list[Path]:
    return [
        (channels.split(), money)
        for channels, bought, not_bought in counted
        for money in ["1.00"] * bought + [None] * not_bought
    ]


def markov(paths: list[Path]) -> dict[str, float]:
    """Credit by solving the chain once per channel with the channel leading nowhere."""
    states = ["(start)", *sorted({c for channels, _ in paths for c in channels}), "(bought)", "(lost)"]
    at = {state: no for no, state in enumerate(states)}
    counts = np.zeros((len(states), len(states)))
    for channels, money in paths:
        walk = ["(start)", *channels, "(lost)" if money is None else "(bought)"]
        for here, there in pairwise(walk):
            counts[at[here], at[there]] += 1
    inner = len(states) - 2
    steps = counts[:inner] / counts[:inner].sum(axis=1, keepdims=True)

    def chance(without: int | None) -> float:
        kept = steps.copy()
        if without is not None:
            kept[without] = 0
        return np.linalg.solve(np.eye(inner) - kept[:, :inner], kept[:, inner])[0]

    effects = {c: 1 - chance(at[c]) / chance(None) for c in states[1:inner]}
    bought = sum(money is not None for _, money in paths)
    return {c: bought * effect / sum(effects.values()) for c, effect in effects.items()}


def test_the_worked_example_of_three_channels_is_reproduced_by_every_rule(journeys: Over) -> None:
    marts = journeys([(["c1", "c2", "c3"], "1.00"), (["c1"], None), (["c2", "c3"], None)])
    third = pytest.approx(1 / 3, abs=1e-9)
    assert marts.conversions("markov") == pytest.approx({"c1": 0.2, "c2": 0.4, "c3": 0.4}, abs=1e-9)
    assert marts.conversions("first") == {"c1": 1, "c2": 0, "c3": 0}
    assert marts.conversions("last") == {"c1": 0, "c2": 0, "c3": 1}
    assert marts.conversions("linear") == {"c1": third, "c2": third, "c3": third}
    assert marts.conversions("position") == pytest.approx({"c1": 0.4, "c2": 0.2, "c3": 0.4}, abs=1e-9)
    effects = dict(marts.query("select channel_group, removal_effect from marts.channel_removal_effects"))
    assert effects == pytest.approx({"c1": 0.5, "c2": 1, "c3": 1}, abs=1e-9)


def test_the_second_oracle_is_reproduced_by_every_rule(journeys: Over) -> None:
    paths = repeated(SECOND)
    marts = journeys(paths)
    assert marts.conversions("first") == {"ad": 11, "em": 20, "fb": 31}
    assert marts.conversions("last") == {"ad": 17, "em": 35, "fb": 10}
    assert marts.conversions("linear") == pytest.approx({"ad": 17, "em": 26, "fb": 19}, abs=1e-9)
    assert marts.conversions("position") == pytest.approx({"ad": 15.8, "em": 26.6, "fb": 19.6}, abs=1e-9)
    assert marts.conversions("markov") == pytest.approx({"ad": 23.384, "em": 26.056, "fb": 12.560}, abs=5e-4)
    assert marts.conversions("markov") == pytest.approx(markov(paths), abs=1e-9)


def test_time_decay_becomes_linear_with_a_long_half_life_and_last_touch_with_a_short_one(journeys: Over) -> None:
    paths = repeated(SECOND)
    slow = journeys(paths, attribution_half_life_days=10**12)
    fast = journeys(paths, attribution_half_life_days=0.01)
    assert slow.conversions("decay") == pytest.approx(slow.conversions("linear"), abs=1e-9)
    assert fast.conversions("decay") == pytest.approx(fast.conversions("last"), abs=1e-9)


def test_paths_that_led_nowhere_move_markov_and_no_rule_of_thumb(journeys: Over) -> None:
    bought = [path for path in repeated(SECOND) if path[1]]
    with_lost, without = journeys(repeated(SECOND)), journeys(bought)
    for rule in RULES[:-1]:
        assert with_lost.conversions(rule) == without.conversions(rule)
    assert with_lost.conversions("markov") != pytest.approx(without.conversions("markov"), abs=0.1)


channels = st.lists(st.sampled_from("abcd"), min_size=1, max_size=6)
money = st.one_of(st.none(), st.integers(-500, 100_000).map(lambda pence: str(Decimal(pence) / 10_000)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paths=st.lists(st.tuples(channels, money), min_size=1, max_size=12))
def test_credits_of_every_rule_add_up_and_markov_equals_the_chain_solved_once_per_channel(
    journeys: Over, paths: list[Path]
) -> None:
    marts = journeys(paths)
    revenue = sum((Decimal(m) for _, m in paths if m is not None), Decimal(0))
    bought = sum(m is not None for _, m in paths)
    sums = marts.query(
        "select attribution_rule, sum(revenue_base), sum(conversion_count) from marts.channel_attribution group by all"
    )
    assert {rule for rule, _, _ in sums} == (set(RULES) if bought else set())
    assert all(total == revenue and count == pytest.approx(bought, abs=1e-9) for _, total, count in sums)
    orders = marts.query("""
        select max(net_base), sum(first_base), sum(last_base), sum(linear_base), sum(position_base), sum(decay_base),
            sum(first_share), sum(last_share), sum(linear_share), sum(position_share), sum(decay_share)
        from marts.conversion_touchpoints group by order_id""")
    assert all(row[1:] == (row[0],) * 5 + (1,) * 5 for row in orders)
    if bought:
        assert marts.conversions("markov") == pytest.approx(markov(paths), abs=1e-8)


def test_names_of_channels_do_not_matter(journeys: Over) -> None:
    names = {"fb": "x", "ad": "em", "em": "a"}
    renamed = [([names[c] for c in touched], money) for touched, money in repeated(SECOND)]
    old, new = journeys(repeated(SECOND)), journeys(renamed)
    for rule in RULES:
        expected = {names[c]: n for c, n in old.conversions(rule).items()}
        assert new.conversions(rule) == pytest.approx(expected, abs=1e-9)


def test_a_single_channel_gets_everything_however_often_it_is_met(journeys: Over) -> None:
    marts = journeys([(["a"] * 5, "10.00"), (["a"], None), (["a", "a"], "0.01")])
    assert all(marts.conversions(rule) == pytest.approx({"a": 2}, abs=1e-9) for rule in RULES)


def test_a_touch_before_the_look_back_gets_nothing_and_its_path_led_nowhere(journeys: Over) -> None:
    marts = journeys([(["a", "b", "c"], "9.00")], attribution_lookback_days=2)
    assert marts.conversions("linear") == {"b": 0.5, "c": 0.5}
    paths = marts.query("select channel_group, is_conversion from intermediate.int_channel_path_touches order by all")
    assert paths == [("a", False), ("b", True), ("c", True)]


def test_orders_without_a_touch_stay_visible_under_the_channel_they_were_sold_through(journeys: Over) -> None:
    marts = journeys([([], "7.00"), (["a"], "3.00")])
    rows = marts.query("""
        select basis, channel_group, conversion_count, revenue_base from marts.channel_attribution
        where attribution_rule = 'markov' order by all""")
    assert rows == [("no_touch", "store", 1.0, Decimal("7.0000")), ("touch", "a", 1.0, Decimal("3.0000"))]


def test_nothing_happened_gives_empty_marts(journeys: Over) -> None:
    marts = journeys([])
    assert marts.query("select * from marts.channel_attribution") == []
    only_visits = journeys([(["a", "b"], None)])
    effects = only_visits.query("select channel_group, removal_effect from marts.channel_removal_effects order by 1")
    assert effects == [("a", None), ("b", None)], "nothing was bought, so no effect is known"
