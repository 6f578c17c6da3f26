"""Growing in rounds gives what going through all unions one by one gives (Kruskal with a veto)."""

import random

import duckdb
import pytest

from orchestration.identity import engine


def one_by_one(points: int, edges: list[tuple[int, int, int]], apart: set[tuple[int, int]]) -> set[frozenset[int]]:
    """The reference: union by union, strongest first, unless the two sides hold a pair that is apart."""
    groups = {n: {n} for n in range(points)}
    for a, b, _ in sorted(edges, key=lambda edge: edge[2]):
        one, other = groups[a], groups[b]
        if one is other or any((min(x, y), max(x, y)) in apart for x in one for y in other):
            continue
        one |= other
        for n in other:
            groups[n] = one
    return {frozenset(group) for group in groups.values()}


@pytest.mark.parametrize("seed", range(8))
def test_rounds_of_mutual_best_unions_equal_unions_one_by_one(seed: int) -> None:
    draw, points = random.Random(seed), 40
    pairs = draw.sample([(a, b) for a in range(points) for b in range(a + 1, points)], 110)
    edges = [(a, b, place) for place, (a, b) in enumerate(draw.sample(pairs, 80), start=1)]
    apart = set(pairs[:60])
    con = duckdb.connect(config={"threads": 1})
    con.execute("create table points as select range as point_no from range(40)")
    con.execute("create table links (point_a bigint, point_b bigint, place bigint)")
    con.executemany("insert into links values (?, ?, ?)", edges)
    con.execute("create table apart (point_a bigint, point_b bigint)")
    con.executemany("insert into apart values (?, ?)", sorted(apart))
    con.execute("create table holdings (point_no bigint, kind varchar, value varchar, held_at_most integer)")
    grown = engine.macro("grown_clusters", "grown", "points", "links", "apart", "holdings")
    found = con.execute(f"with recursive {grown} select list(point_no) from grown group by cluster_no").fetchall()
    assert {frozenset(row[0]) for row in found} == one_by_one(points, edges, apart)
