"""Groups of customers in the warehouse: who is in which and by which rule, numbers that stay, silence on noise."""

import json
import pickle
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd
import pytest

from ml import clusters as module
from ml import groups
from ml.store import Store

DAY = date(2026, 6, 30)
KINDS = {  # sales, days since the last purchase, purchases, discount, online, visits
    "keen": (900, 20, 12, 0.02, 0.95, 9), "shop": (500, 60, 5, 0.02, 0.03, 0.2), "rare": (80, 200, 1, 0.2, 0.95, 1),
}  # fmt: skip
COLUMNS = ["net", "recency", "bought", "discount", "online", "visits"]
Rows = list[tuple]


class Run(NamedTuple):
    customers: Rows
    profiles: Rows
    card: dict


class Bomb:
    def __reduce__(self) -> tuple:
        return (Path.touch, (Path("ran"),))


def features(seed: int, keen_sales: float = 900, size: int = 150) -> pd.DataFrame:
    """Three planted kinds of customers with the kind in the id, and a few who bought too long ago."""
    rng, parts = np.random.default_rng(seed), []
    for kind, values in KINDS.items():
        middle = np.array([keen_sales, *values[1:]]) if kind == "keen" else np.array(values)
        drawn = middle * np.exp(rng.normal(0, 0.2, (size, 6)))
        ids = [f"{kind}{no:03}" for no in range(size)]
        parts.append(pd.DataFrame(drawn, columns=COLUMNS, index=ids))
    lapsed = parts[0].head(20).assign(recency=400).rename(lambda name: f"lapsed{name}")
    return pd.concat([*parts, lapsed]).rename_axis("customer_id").reset_index()


def noise() -> pd.DataFrame:
    rng, frame = np.random.default_rng(3), features(1).drop(columns="customer_id")
    return frame.apply(lambda c: rng.permutation(c)).assign(customer_id=[f"c{no:03}" for no in range(len(frame))])


def run(frame: pd.DataFrame, home: Path | None = None) -> Run:
    with duckdb.connect() as con:
        con.register("drawn", frame)
        con.execute("create schema features; create schema seeds")
        con.execute("create table seeds.feature_parameters as select 'active_days' as parameter, 365 as value")
        con.execute("""
            create table features.customer_features as
            select customer_id, scoring.is_scoring, net * (case when is_scoring then 1 else 9 end) as net_365d_base,
                cast(round(recency) as integer) as recency_days, cast(round(bought) as integer) as purchase_days_365d,
                case when discount > 0.015 then discount end as discount_share_365d,
                least(online, 1) as online_share, cast(round(visits) as integer) as visits_90d
            from drawn, (values (true), (false)) as scoring(is_scoring)""")
        (card,) = groups.score(con, DAY, home)
        tables = [con.execute(f"from scores.{t} order by all").fetchall()
                  for t in ("customer_groups", "customer_group_profiles")]  # fmt: skip
        return Run(*tables, json.loads(groups.plain(card)))


def numbers(of: Run) -> dict[str, int]:
    """Kind -> number of the group that nine in ten of its customers are in."""
    found = pd.DataFrame([(row[0][:4], row[3]) for row in of.customers], columns=["kind", "no"])
    shares = found.value_counts() / found["kind"].value_counts()
    return {kind: no for (kind, no), share in shares.items() if share > 0.9}


@pytest.fixture(autouse=True, scope="module")
def _fewer_resamples():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "RESAMPLES", 5)
        patch.setattr(module, "SHUFFLES", 2)
        yield


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("groups")


@pytest.fixture(scope="module")
def first(home: Path) -> Run:
    return run(features(1), home)


@pytest.fixture(scope="module")
def second(home: Path, first: Run) -> Run:
    """The next delivery: the keen buy for less than the shop's customers now."""
    return run(features(2, keen_sales=300), home)


def test_planted_kinds_are_groups_and_those_who_left_are_in_none(first: Run) -> None:
    assert numbers(first) == {"keen": 1, "shop": 2, "rare": 3}
    assert {row[0] for row in first.customers} == set(features(1).query("recency < 365")["customer_id"])
    assert {row[2] for row in first.customers} == {"scored"}
    assert (first.card["grade"], first.card["facts"]["groups"]) == ("A", 3)


def test_a_rule_says_in_both_languages_what_holds_for_the_customer(first: Run) -> None:
    rules = {(row[4], row[5]): (row[6], row[7]) for row in first.customers}
    assert {group for _, group in rules} == {1, 2, 3}
    assert all(any(en in said for en, _ in groups.WORDS.values()) for said, _ in rules.values())
    assert all(any(zh in said for _, zh in groups.WORDS.values()) for _, said in rules.values())
    right = np.mean([row[3] == row[5] for row in first.customers])
    assert right == pytest.approx(first.card["facts"]["customers that the rules place in their group"], abs=1e-6)
    assert right > 0.95
    assert {(row["rule_no"], row["group_no"]) for row in first.card["tables"]["Rules"]} == set(rules)


def test_profiles_are_the_means_of_the_members(first: Run) -> None:
    frame = features(1).assign(visits=lambda f: f["visits"].round()).set_index("customer_id")
    members = pd.Series({row[0]: row[3] for row in first.customers})
    active = frame.loc[members.index]
    told = {row[0]: row for row in first.profiles if row[1] == "visits_90d"}
    assert set(told) == {1, 2, 3}
    for no, row in told.items():
        mine, mean = active[members == no], active["visits"].mean()
        assert row[3:5] == ("visits to the site in 90 days", "近90天网站访问次数")
        assert row[5:7] == (len(mine), pytest.approx(len(mine) / len(active), abs=1e-6))
        assert row[7:9] == (pytest.approx(mine["visits"].mean(), abs=1e-6), pytest.approx(mean, abs=1e-6))
        assert row[9] == pytest.approx((mine["visits"].mean() - mean) / active["visits"].std(ddof=0), abs=1e-6)


def test_the_same_data_give_the_same_rows_and_card(first: Run, tmp_path: Path) -> None:
    once = run(features(1), tmp_path)
    assert once == first
    assert run(features(1).sample(frac=1, random_state=3), tmp_path) == first


def test_a_group_keeps_its_number_in_the_next_run_and_when_that_is_repeated(second: Run, home: Path) -> None:
    assert numbers(second) == {"keen": 1, "shop": 2, "rare": 3}
    assert second.card["facts"]["numbered"] == groups.KEPT
    assert numbers(run(features(2, keen_sales=300))) == {"shop": 1, "keen": 2, "rare": 3}, "numbered by sales alone"
    assert run(features(2, keen_sales=300), home) == second


@pytest.mark.parametrize("bad", ["bytes", "pickle"])
def test_what_is_no_kept_artefact_is_not_used_and_the_card_says_so(
    bad: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = Store(tmp_path / "models")
    name = store.save(groups.NAME, "json", "{}", "earlier")
    if bad == "bytes":
        (store.folder / f"{name}.json").write_text('{"data": 1}')
    else:
        (store.folder / "planted.pkl").write_bytes(pickle.dumps(Bomb()))
        entry = {"file": "planted.pkl", "kind": "json", "sha256": "0", "data": "earlier"}
        (store.folder / "manifest.json").write_text(json.dumps({groups.NAME: entry}))
    assert groups.earlier(tmp_path, "now") == (None, groups.UNUSABLE)
    assert not Path("ran").exists()
    if bad == "bytes":
        found = run(features(2, keen_sales=300), tmp_path)
        assert found.card["facts"]["numbered"] == groups.UNUSABLE
        assert numbers(found) == {"shop": 1, "keen": 2, "rare": 3}


def test_noise_has_no_groups_and_every_customer_says_so() -> None:
    found = run(noise())
    assert {row[2] for row in found.customers} == {"abstained"}
    assert {row[3:] for row in found.customers} == {(None,) * 8}
    assert found.profiles == []
    assert (found.card["grade"], found.card["reason_zh"]) == ("abstain", "没有稳定且优于随机打乱数据的分组")
