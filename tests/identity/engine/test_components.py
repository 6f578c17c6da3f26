"""Connected components in SQL are those that scipy finds."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from orchestration.identity import engine


def by_sql(edges: np.ndarray) -> dict[int, int]:
    """Point -> smallest point of its component, for the ends of the edges."""
    con = duckdb.connect(config={"threads": 2})
    con.register("pairs", pd.DataFrame(edges, columns=["a", "b"]))
    con.execute("create table edges as select a as from_no, b as to_no from pairs union all select b, a from pairs")
    return dict(con.execute(f"with recursive {engine.macro('connected_components', 'r', 'edges')} from r").fetchall())


def by_scipy(edges: np.ndarray, points: int) -> dict[int, int]:
    ones = np.ones(len(edges), dtype=np.int8)
    labels = connected_components(coo_matrix((ones, edges.T), shape=(points, points)), directed=False)[1]
    smallest = pd.Series(range(points)).groupby(labels).transform("min")
    return {int(n): int(smallest[n]) for n in np.unique(edges)}


@pytest.mark.parametrize(("seed", "points", "edges"), [(1, 50, 20), (2, 500, 240), (3, 500, 400), (4, 2_000, 2_500)])
def test_components_of_random_graphs_equal_scipys(seed: int, points: int, edges: int) -> None:
    drawn = np.random.default_rng(seed).integers(0, points, (edges, 2))
    drawn = drawn[drawn[:, 0] != drawn[:, 1]]
    assert by_sql(drawn) == by_scipy(drawn, points)


def test_a_path_whose_numbers_are_shuffled_is_one_component() -> None:
    order = np.random.default_rng(5).permutation(400)
    assert set(by_sql(np.column_stack([order[:-1], order[1:]])).values()) == {0}
