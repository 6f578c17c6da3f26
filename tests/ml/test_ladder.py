"""Upgrades: one step above the highest owned, worked by hand; never one that is owned, lower, or not to be had."""

import pandas as pd

from ml.ladder import upgrades

NAMES = {"k1": "Small kettle", "k2": "Kettle", "k3": "Large kettle", "p1": "Pan", "p2": "Large pan"}
STEPS = pd.DataFrame(
    [("k1", "shop|k", 1), ("k2", "shop|k", 2), ("k3", "shop|k", 3), ("k1", "till|k", 1), ("k3", "till|k", 3),
     ("p1", "shop|p", 1), ("p2", "shop|p", 2), ("x", None, None)],
    columns=["product_id", "ladder", "ladder_rank"],
)  # fmt: skip


def offered(*bought: str, k: int = 3, **policy: set[str]) -> list[tuple]:
    """(rank, product, because) of customer a, who bought these; others own p2, so that the pan goes first."""
    rows = [("a", product) for product in bought] + [("b", "p2"), ("c", "p2")]
    found = upgrades(pd.DataFrame(rows, columns=["customer_id", "product_id"]), STEPS, names=NAMES, k=k, **policy)
    mine = found[found["customer_id"] == "a"]
    return list(mine[["rank", "product_id", "because_product_id"]].itertuples(index=False, name=None))


def test_the_next_step_is_offered_once_though_it_stands_on_two_ladders() -> None:
    # The till has no k2, so its next step is k3; the shop's is k2: both are steps up.
    assert offered("k1") == [(1, "k2", "k1"), (2, "k3", "k1")]
    assert offered("k2") == [(1, "k3", "k2")]


def test_who_owns_the_highest_step_is_offered_none_below_it() -> None:
    assert offered("k1", "k3") == []
    assert offered("k3", "p1") == [(1, "p2", "p1")]


def test_a_step_that_is_not_to_be_had_is_passed_over() -> None:
    assert offered("k1", unavailable={"k2"}) == [(1, "k3", "k1")]
    assert offered("k2", unavailable={"k3"}) == []


def test_who_opted_out_gets_none_and_nobody_more_than_k() -> None:
    assert offered("k1", "p1", opted_out={"a"}) == []
    assert offered("k1", "p1", k=1) == [(1, "p2", "p1")]


def test_what_others_own_goes_first_and_a_sentence_says_why() -> None:
    assert [row[1] for row in offered("k1", "p1")] == ["p2", "k2", "k3"]
    log = pd.DataFrame([("a", "p1")], columns=["customer_id", "product_id"])
    (row,) = upgrades(log, STEPS, names=NAMES).to_dict("records")
    assert (row["kind"], row["reason_en"], row["reason_zh"]) == (
        "upgrade", "The next step above Pan", "“Pan”的升级款",
    )  # fmt: skip


def test_the_order_of_rows_changes_nothing() -> None:
    log = pd.DataFrame([(c, p) for c in "abc" for p in ("k1", "p1")], columns=["customer_id", "product_id"])
    mixed = upgrades(log.sample(frac=1, random_state=1), STEPS.sample(frac=1, random_state=2), names=NAMES)
    pd.testing.assert_frame_equal(upgrades(log, STEPS, names=NAMES), mixed)
