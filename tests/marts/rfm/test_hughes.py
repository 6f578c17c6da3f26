"""The planner against its published arithmetic, and against the real responses of the Hillstrom e-mail challenge."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.hughes_hillstrom import decide, report
from ml import hughes


def test_break_even_is_the_published_one() -> None:
    assert round(hughes.break_even(0.62, 35.00), 10) == 0.0177142857
    with pytest.raises(ValueError, match="must be above 0"):
        hughes.break_even(0.62, 0)


def test_every_twentieth_of_800_000_names_is_a_replica_of_125_equal_cells() -> None:
    cells = np.repeat(np.arange(125), 6400)
    drawn = hughes.nth_names(800_000, 40_000)
    assert drawn.sum() == 40_000 and set(np.diff(np.flatnonzero(drawn))) == {20}
    assert set(np.bincount(cells[drawn])) == {320}


@pytest.mark.parametrize(("names", "size"), [(1000, 333), (1000, 1000), (7, 0), (0, 0), (10, 1)])
def test_a_sample_of_any_size_is_exact_and_spread_evenly(names: int, size: int) -> None:
    drawn = hughes.nth_names(names, size)
    assert drawn.sum() == size
    for part in (drawn[: names // 2], drawn[names // 3 :]):
        assert abs(part.sum() - len(part) * size / max(names, 1)) <= 1


def test_equal_values_fall_in_a_fixed_order_whatever_the_order_of_rows() -> None:
    frame = pd.DataFrame({"r": [1] * 50 + [2] * 75, "f": 3, "m": range(125), "id": range(125)})
    cells = hughes.nested_cells(frame, ["r", "f", "m"], by="id")
    shuffled = frame.sample(frac=1, random_state=3)
    assert cells.nunique() == 125
    pd.testing.assert_series_equal(hughes.nested_cells(shuffled, ["r", "f", "m"], by="id").sort_index(), cells)
    with pytest.raises(ValueError, match="not unique"):
        hughes.nested_cells(frame.assign(id=1), ["r"], by="id")


def test_wilson_holds_at_the_edges() -> None:
    low, high = hughes.wilson([0, 4, 10, 0], [60, 40, 10, 0])
    np.testing.assert_allclose(low[:3], [0, 0.0395796, 0.7224672], atol=1e-6)
    np.testing.assert_allclose(high[:3], [0.0601720, 0.2305184, 1], atol=1e-6)
    assert np.isnan(low[3]) and np.isnan(high[3])


def test_shrinking_finds_the_rates_of_cells_better_than_their_own_samples() -> None:
    rng = np.random.default_rng(7)
    true = rng.beta(2, 98, 125)
    n = rng.integers(20, 400, 125)
    x = rng.binomial(n, true)
    error, raw = np.abs(hughes.shrink(x, n) - true).mean(), np.abs(x / n - true).mean()
    assert error < 0.8 * raw
    np.testing.assert_allclose(hughes.shrink([2, 2], [100, 100]), 0.02)
    assert np.isnan(hughes.shrink([0], [0])).all()


def test_a_cell_is_rolled_out_exactly_when_it_reaches_break_even() -> None:
    cells = pd.Series(["a"] * 1000 + ["b"] * 1000)
    answered = np.zeros(2000, bool)
    answered[:18] = answered[1000:1017] = True
    out = hughes.plan(cells, np.ones(2000, bool), answered, cost=0.62, net=35.0).set_index("cell")
    assert out["roll_out"].to_dict() == {"a": True, "b": False}
    assert out["names"].sum() == 2000


def test_hillstrom_is_not_worth_mailing_whole_and_the_plan_says_so(reference_data: Path) -> None:
    result = decide(reference_data / "hillstrom" / "hillstrom.csv", cost=0.62, net=35.0)
    assert (result.mailed, result.responders) == (42_694, 456)  # 267 + 189 conversions of the two mailed arms
    assert len(result.cells) == 25 and result.cells["names"].max() - result.cells["names"].min() <= 1
    assert result.cells["tested"].sum() == 10_000
    assert result.profit_all < -8_000, "1.07 % respond, 1.77 % would pay"
    assert result.profit_shrunk == 0 and not result.cells["roll_out_shrunk"].any()
    assert result.profit_raw < 0 and result.cells["roll_out"].sum() == 3, "three lucky cells of the test do not hold up"


def test_the_page_of_public_figures_has_this_decision(reference_data: Path, repo: Path) -> None:
    page = (repo / "docs" / "marts" / "real-data.md").read_text(encoding="utf-8")
    assert "\n".join(report(reference_data / "hillstrom" / "hillstrom.csv")) in page
