"""What campaigns cause, by those held back: planted effects in their intervals, none found where none is, refusals."""

import datetime
from collections.abc import Iterator

import duckdb
import numpy as np
import pandas as pd
import pytest

from ml import campaign_uplift
from ml.campaign_uplift import COLUMNS, costed, drawn, judged, scopes, verdict
from ml.uplift import Uplift, effect
from tests.marts.company import AS_OF, Company

DAY = datetime.date.fromisoformat(AS_OF)
PLANTED = "avg(true_lift) filter (arm = 'treatment') from '{truth}/uplift_*.parquet'"


@pytest.fixture(scope="module")
def con(warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection


@pytest.fixture(scope="module")
def units(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    return drawn(con, DAY)[0]


def drawn_units(n: int, lift: float, *, slope: float = 0.0, seed: int = 1, campaign: str = "k") -> pd.DataFrame:
    """A campaign with a control group of a quarter; who buys, and with `slope` whom it moves, is in two features."""
    rng = np.random.default_rng(seed)
    visits, recency, t = rng.poisson(3.0, n), rng.integers(1, 300, n), rng.random(n) < 0.75
    share = 0.05 + 0.02 * np.minimum(visits, 5) + t * np.clip(lift + slope * (recency - 150) / 150, -0.04, 0.5)
    frame = pd.DataFrame({"campaign_id": campaign, "unit": [f"{seed}-{i:05}" for i in range(n)], "channel": "email"})
    frame = frame.assign(is_treated=t, sent_on=pd.Timestamp("2026-01-10"), cost=0.5, is_known=True)
    frame = frame.assign(has_bought=rng.random(n) < share, cutoff_on=pd.Timestamp("2026-01-01"))
    known = dict.fromkeys(campaign_uplift.FEATURES, 1.0) | dict.fromkeys(EXTRA, 1.0)
    return frame.assign(**known).assign(recency_days=recency, visits_90d=visits)


EXTRA = ("mean_gap_days", "mean_day_base", "discount_share_365d", "return_share_365d", "visit_age_days",
         "satisfaction_percent")  # fmt: skip


def test_the_planted_effect_of_the_company_lies_in_the_interval_of_all_campaigns_and_of_most(
    con: duckdb.DuckDBPyConnection, company: Company
) -> None:
    con.execute("begin")
    (card,) = campaign_uplift.score(con, DAY)
    rows = con.execute("""select scope, split_part(scope_id, ':', 2), channel, effect_low, effect, effect_high, status
        from scores.campaign_uplift""").fetchall()
    con.execute("rollback")
    planted = dict(company.query(f"select campaign_ref, {PLANTED} group by all"))
    ((planted_of_all,),) = company.query(f"select {PLANTED}")
    found = {row[1] or row[0]: row[3:6] for row in rows if row[-1] != "abstained"}
    low, mid, high = found["all"]
    assert low <= planted_of_all <= high
    assert high - low < 0.05, "an interval that holds anything proves nothing"
    assert low < mid < high
    inside = [found[name][0] <= lift <= found[name][2] for name, lift in planted.items() if name in found]
    assert len(inside) >= 8
    assert sum(inside) >= len(inside) - 2
    assert {channel for scope, _, channel, *_ in rows if scope == "channel"} == {"email", "post", "sms"}
    assert card["status"] == "scored"
    assert card["facts"]["effect"] == pytest.approx(mid)


def test_campaigns_planted_without_effect_and_arms_drawn_anew_show_none(units: pd.DataFrame) -> None:
    null = units[units["campaign_id"].isin(["shop:CMP-06", "shop:CMP-12", "shop:CMP-18", "shop:CMP-24"])]
    assert null["campaign_id"].nunique() == 4
    row, _ = judged(null, None)
    assert row["effect_low"] <= 0 <= row["effect_high"]
    assert row["verdict_en"].startswith("no effect is shown")
    rng, held = np.random.default_rng(5), 0
    for _ in range(60):
        t = units["is_treated"].groupby(units["campaign_id"]).transform(rng.permutation)
        low, high = effect(t, units["has_bought"], units["campaign_id"], units["unit"])[1:]
        held += low <= 0 <= high
    assert held >= 52, "intervals of no effect hold zero 95 times of 100"


def test_what_is_known_of_a_customer_is_older_than_the_contact_and_every_window_is_over(units: pd.DataFrame) -> None:
    known = units[units["is_known"]]
    assert len(known) > 1_000
    assert (known["cutoff_on"] < known["sent_on"]).all()
    assert ((known["sent_on"] - known["cutoff_on"]).dt.days <= 30).all()
    assert units["sent_on"].max() <= pd.Timestamp(DAY) - pd.Timedelta(days=14)
    assert not units.duplicated(["campaign_id", "unit"]).any()


def test_a_purchase_counts_within_the_window_after_the_first_draw_only() -> None:
    """Drawn on 1 March at 9: a buys at the end of 14 days, b a second later, c before the contact, d cancels, e is held
    back and buys, f is held back first and written to later, g's window is open on 20 March."""
    con = duckdb.connect()
    con.execute("""
        create schema core; create schema features; create schema seeds;
        create table seeds.feature_parameters as select 'response_days' as parameter, 14.0 as value;
        create table features.customer_features as
        from (values ('a', date '2026-02-01', 5), ('a', '2026-02-28', 6), ('a', '2026-03-01', 7),
            ('b', '2026-02-01', 8)) t(customer_id, cutoff_on, recency_days);
        create table core.fct_campaign_contacts as
        select 'c' || row_number() over () as campaign_contact_id, 'k' as campaign_id, customer_id, arm,
            'Email' as channel, sent_at, sent_at::date as sent_on, 0.5::decimal(18, 4) as cost_base
        from (values ('a', 'treatment', timestamp '2026-03-01 09:00'), ('b', 'treatment', '2026-03-01 09:00'),
            ('c', 'treatment', '2026-03-01 09:00'), ('d', 'treatment', '2026-03-01 09:00'),
            ('e', 'control', '2026-03-01 09:00'), ('f', 'control', '2026-03-01 09:00'),
            ('f', 'treatment', '2026-03-02 09:00'), ('g', 'treatment', '2026-03-07 09:00'),
            (null, 'treatment', '2026-03-01 09:00')) t(customer_id, arm, sent_at);
        create table core.fct_orders as
        select *, ordered_at::date as ordered_on, 1 as positive_line_count
        from (values ('a', timestamp '2026-03-15 09:00:00', false), ('b', '2026-03-15 09:00:01', false),
            ('c', '2026-03-01 08:59:59', false), ('d', '2026-03-02 09:00', true), ('e', '2026-03-02 09:00', false))
            t(customer_id, ordered_at, is_cancelled)""")
    found, days = drawn(con, datetime.date(2026, 3, 20))
    assert days == 14
    rows = found[["unit", "is_treated", "has_bought", "cost"]].to_numpy().tolist()
    assert rows == [
        ["a", True, True, 0.5], ["b", True, False, 0.5], ["c", True, False, 0.5], ["d", True, False, 0.5],
        ["e", False, True, 0.5], ["f", False, False, 1.0],
    ]  # fmt: skip
    assert found["recency_days"].fillna(0).tolist() == [6, 0, 0, 0, 0, 0], "the newest cutoff before the day, not on it"


def test_an_effect_by_hand_compares_within_campaigns_and_costs_are_per_extra_buyer() -> None:
    """k: 60 of 200 against 10 of 100, so .2; m: 10 of 100 against 5 of 50, so 0. Weighted 2 to 1: .1333, 40 buyers."""
    arms = [("k", True, 200, 60), ("k", False, 100, 10), ("m", True, 100, 10), ("m", False, 50, 5)]
    rows = [(c, t, i < bought) for c, t, n, bought in arms for i in range(n)]
    units = pd.DataFrame(rows, columns=["campaign_id", "is_treated", "has_bought"])
    units = units.assign(unit=range(len(units)), cost=0.5, sent_on=pd.Timestamp("2026-01-01"), is_known=False)
    row, _ = judged(units, None)
    assert row["effect"] == pytest.approx(0.4 / 3)
    half = 1.959964 * np.sqrt((4 * (0.21 / 200 + 0.09 / 100) + 0.09 / 100 + 0.09 / 50) / 9)
    assert row["effect_low"] == pytest.approx(0.4 / 3 - half)
    assert row["extra_responses"] == pytest.approx(40)
    assert row["status"] == "effect only"
    assert row["verdict_en"] == "of 100 contacted 13.3 bought because of it (6.6 to 20.0)"
    assert costed(units, {"k": 50.0}, row)["cost_base"] == 200
    assert costed(units, {"k": 50.0}, row)["cost_per_extra_base"] == 5
    assert costed(units, {"k": None}, row) == {"cost_base": None}
    assert costed(units.assign(cost=None), {}, row) == {"cost_base": None}
    assert "cost_per_extra_base" not in costed(units, {}, row | {"effect_low": -0.01})
    twice = pd.concat([units, units])
    assert judged(twice, None)[0]["effect_low"] == pytest.approx(row["effect_low"]), "a copy tells nothing"


def test_differences_are_found_where_planted_and_not_where_all_are_moved_alike() -> None:
    moved, found = judged(drawn_units(6_000, 0.10, slope=0.10), None)
    assert isinstance(found, Uplift)
    assert moved["status"] == "scored"
    assert moved["serves"] in ("t_learner", "recency_days high")
    assert moved["qini_e4_learner"] > moved["noise_e4"]
    alike, _ = judged(drawn_units(6_000, 0.10), None)
    assert alike["serves"] is None
    assert "not distinguishable" in alike["verdict_en"]
    assert alike["effect_low"] < 0.10 < alike["effect_high"]


def test_no_control_and_chosen_controls_are_refused_and_taken_into_no_total() -> None:
    sound = drawn_units(2_000, 0.05)
    without = drawn_units(500, 0.05, seed=2, campaign="everybody").assign(is_treated=True)
    chosen = drawn_units(2_000, 0.05, seed=3, campaign="chosen")
    chosen["is_treated"] = chosen["visits_90d"] > 2
    parts = scopes(pd.concat([sound, without, chosen]))
    found = {(scope, name): judged(part, why)[0] for scope, name, part, why in parts}
    said = {name: found["campaign", name]["reason_en"] for name in ("everybody", "chosen")}
    assert "nobody was kept as a control group" in said["everybody"]
    assert "differ before the contact" in said["chosen"]
    assert all(found["campaign", name]["status"] == "abstained" for name in said)
    assert "effect" not in found["campaign", "everybody"]
    assert found["all", "all"]["contacted_count"] == found["campaign", "k"]["contacted_count"]


def test_control_groups_of_different_size_do_not_look_chosen_nor_move_the_total() -> None:
    """A campaign in a good month holds back few, another in a bad month many: compared across, treatment would pay."""
    good, bad = drawn_units(3_000, 0.0), drawn_units(3_000, 0.0, seed=2, campaign="m")
    few = good[good["is_treated"] | (good["unit"].str[-1] < "3")].assign(visits_90d=good["visits_90d"] + 4)
    few["has_bought"] |= np.random.default_rng(8).random(len(few)) < 0.3
    many = bad[~bad["is_treated"] | (bad["unit"].str[-1] < "2")]
    (_, _, part, why), = [of for of in scopes(pd.concat([few, many])) if of[0] == "all"]  # fmt: skip
    assert why is None
    row, _ = judged(part, why)
    across = effect(part["is_treated"], part["has_bought"])
    assert row["effect_low"] < 0 < row["effect_high"] < across[1]


def test_an_effect_is_told_in_words_that_fit_its_sign() -> None:
    assert verdict(0.021, 0.004, 0.038) == ("of 100 contacted 2.1 bought because of it (0.4 to 3.8)",
                                            "每触达100人,因此多购买2.1人(0.4至3.8)")  # fmt: skip
    assert verdict(-0.021, -0.038, -0.004)[0] == "of 100 contacted 2.1 fewer bought because of it (0.4 to 3.8)"
    assert verdict(0.01, -0.0001, 0.02)[0] == "no effect is shown: 0.0 to 2.0 of 100 contacted bought because of it"
    assert len(COLUMNS) == len(set(COLUMNS)) and not any(name.startswith("season") for name in COLUMNS)
