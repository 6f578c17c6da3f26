"""The chance to win a deal: planted skill is found, noise is refused, the future unknown, records counted by hand."""

import json
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from ml import win
from ml.deals import NAMES, matrix, prepared, read, reasons
from ml.gate import Abstained
from ml.grade import LISTABLE
from ml.logistic import RidgeLogit, expit
from ml.store import Store
from ml.win import Rate, Trained, train
from tests.models.deals import AS_OF, pipeline, warehouse

PAST = date(2026, 2, 28)


def rows_of(con: duckdb.DuckDBPyConnection, as_of: date = AS_OF) -> pd.DataFrame:
    return read(con, as_of)[0]


@pytest.fixture(scope="module")
def planted() -> tuple[pd.DataFrame, pd.DataFrame]:
    return pipeline()


@pytest.fixture
def con(planted: tuple[pd.DataFrame, pd.DataFrame]) -> duckdb.DuckDBPyConnection:
    return warehouse(*planted)


@pytest.fixture(scope="module")
def rows(planted: tuple[pd.DataFrame, pd.DataFrame]) -> pd.DataFrame:
    return rows_of(warehouse(*planted))


def said(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    return con.execute("select * exclude (model_id) from scores.win_probability order by opportunity_id").fetchall()


def test_planted_skill_is_found_and_chances_are_those_that_were_planted(
    con: duckdb.DuckDBPyConnection, planted: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    (card,) = win.score(con, AS_OF)
    assert (card["grade"] in LISTABLE, card["serves"]) == (True, "logistic"), card["windows"]
    newest = card["windows"][0]
    assert newest["gain_low"] > 0 and newest["best_baseline"] in ("seller", "channel")
    found = con.execute("select * from scores.win_probability order by opportunity_id").df()
    still = planted[0].query("outcome == 'open'")
    standing = set(planted[1].loc[planted[1]["snapshot_on"] == AS_OF, "deal_id"])
    assert found["opportunity_id"].tolist() == sorted(set(still["opportunity_id"]) & standing)
    chance = found["opportunity_id"].map(still.set_index("opportunity_id")["chance"])
    assert found["win_probability"].corr(chance) > 0.9
    assert (found["win_probability"] - chance).abs().mean() < 0.08
    assert ((found["probability_low"] <= chance) & (chance <= found["probability_high"])).mean() > 0.8
    skill = found.groupby("employee_id")["seller_win_rate"].first()
    assert skill["s0"] < 0.35 < 0.65 < skill["s7"]
    assert (
        found["expected_won_base"].astype(float)
        - found["win_probability"] * found["expected_amount_base"].astype(float)
    ).abs().max() < 0.05


@pytest.mark.parametrize("seed", [1, 2])
def test_shuffled_outcomes_are_no_better_than_the_base_rate_and_it_says_so(seed: int) -> None:
    deals, forecasts = pipeline(seed=seed)
    ended = deals["outcome"] != "open"
    deals.loc[ended, "outcome"] = np.random.default_rng(seed).permutation(deals.loc[ended, "outcome"])
    con = warehouse(deals, forecasts)
    (card,) = win.score(con, AS_OF)
    newest = card["windows"][0]
    assert card["grade"] not in LISTABLE and abs(newest["auc"] - 0.5) < 0.13
    if card["grade"] == "abstain":
        assert f"AUC {newest['auc']:.3f} ({newest['auc_low']:.3f}-{newest['auc_high']:.3f})" in card["reason_en"]
        told = (
            "select count(win_probability), count(grade), count(base_win_rate) = count(*) from scores.win_probability"
        )
        assert con.execute(told).fetchall() == [(0, 0, True)]


def test_what_comes_after_as_of_changes_no_chance(con: duckdb.DuckDBPyConnection) -> None:
    win.score(con, PAST)
    before = said(con)
    after = {"day": PAST}
    con.execute("delete from marts.deal_forecasts where snapshot_on > $day and hash(deal_id) % 2 = 0", after)
    con.execute(
        """update core.fct_opportunities set closed_on = closed_on + 400,
        outcome = case outcome when 'won' then 'lost' else 'won' end where closed_on > $day""",
        after,
    )
    con.execute("delete from core.fct_opportunities where created_on > $day", after)
    win.score(con, PAST)
    assert said(con) == before
    assert len(before) > 50 and before[0][7] == "scored"


def test_records_of_a_cutoff_are_of_deals_closed_by_then_and_windows_must_have_closed() -> None:
    """Seller a: won one, lost one by May, won one in June. The deal in question was won on day 20 of its window."""
    closed = [("1", "a", "2026-05-01", True), ("2", "a", "2026-05-02", False), ("3", "b", "2026-05-03", False),
              ("4", "a", "2026-06-10", True), ("q", "a", "2026-06-20", True)]  # fmt: skip
    decided = pd.DataFrame(closed, columns=["opportunity_id", "employee_id", "closed_on", "is_won"])
    decided = decided.assign(system="crm", customer_id=None, product_id=None, channel=None)
    deals = pd.DataFrame({
        "cutoff_on": ["2026-05-31", "2026-06-15"], "opportunity_id": "q", "employee_id": "a", "customer_id": None,
        "product_id": None, "channel": None, "stage_no": 2, "stage_days": 3, "age_days": 9, "amount": [10.0, 30.0],
    })  # fmt: skip
    found = prepared(deals, decided, 30, "2026-06-30")
    assert found[["seller_won", "seller_n"]].to_numpy().tolist() == [[1, 2], [2, 3]]
    assert found["base"].tolist() == pytest.approx([1 / 3, 1 / 2])
    assert found["known_on"].dt.date.astype(str).tolist() == ["2026-06-30", "2026-07-15"]
    assert found["is_won"].tolist() == [1, 1]
    assert found["ratio"].tolist() == [1, 1], "alone it is the middle deal of its day"
    assert prepared(deals, decided, 10, "2026-06-30")["is_won"].isna().tolist() == [True, False]
    assert np.isfinite(matrix(found)).all()


def test_a_feature_that_knows_the_outcome_is_refused(rows: pd.DataFrame) -> None:
    leaky = rows.assign(age=rows["is_won"].fillna(0.5) + np.random.default_rng(1).normal(0, 0.3, len(rows)))
    answer, _ = train(leaky, AS_OF)
    assert isinstance(answer, Abstained)
    assert "feature age alone has AUC" in answer.reason_en and "未来信息" in answer.reason_zh


def test_tests_lie_after_all_they_learnt_from_and_take_a_deal_once(rows: pd.DataFrame) -> None:
    answer, (newest, older) = train(rows, AS_OF)
    assert isinstance(answer, Trained)
    closed = rows[(rows["known_on"] <= pd.Timestamp(AS_OF)) & rows["is_won"].notna() & rows["base"].notna()]
    past = closed[closed["known_on"] <= pd.Timestamp(newest["cutoff"])]
    now = closed[closed["cutoff_on"] >= pd.Timestamp(newest["cutoff"])].drop_duplicates("opportunity_id")
    assert (newest["training_rows"], newest["n"]) == (len(past), len(now))
    assert not set(past["opportunity_id"]) & set(now["opportunity_id"])
    assert older["cutoff"] < newest["cutoff"] and newest["n"] >= win.TEST_DEALS


def test_neither_order_nor_units_nor_threads_change_a_chance(
    con: duckdb.DuckDBPyConnection, planted: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    win.score(con, AS_OF)
    wanted = [(row[0], row[8], row[9], row[16]) for row in said(con)]
    mixed = [frame.sample(frac=1, random_state=4) for frame in planted]
    other = warehouse(mixed[0], mixed[1].assign(expected_amount_base=mixed[1]["expected_amount_base"] * 1024))
    other.execute("set threads = 1")
    win.score(other, AS_OF)
    assert [(row[0], row[8], row[9], row[16]) for row in said(other)] == wanted


def test_reasons_add_up_to_the_chance_and_say_what_goes_with_it(rows: pd.DataFrame) -> None:
    known = rows[rows["is_won"].notna()]
    model = RidgeLogit(10.0).fit(matrix(known), known["is_won"].to_numpy())
    terms = model.contributions(matrix(known))
    assert np.abs(expit(terms.sum(axis=1)) - model.predict(matrix(known))).max() < 1e-9
    best = known[(known["employee_id"] == "s7") & (known["channel"] == "cold call")].tail(1)
    ((first, second, _),) = reasons(best, model.contributions(matrix(best))[:, 1:])
    n, w = int(best["seller_n"].iloc[0]), int(best["seller_won"].iloc[0])
    assert (f"seller won {w} of {n} deals: a higher chance", f"销售人员 {n} 单中赢 {w} 单：可能性较高") in (
        first,
        second,
    )
    assert any(en.startswith("by cold call: ") and en.endswith("a lower chance") for en, _ in (first, second))


def test_the_artefact_says_the_same_as_the_table(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (card,) = win.score(con, AS_OF, tmp_path)
    stored = json.loads(Store(tmp_path / "models").load("win_probability", card["data"])[1])
    now = rows_of(con).query("cutoff_on == @AS_OF").sort_values("opportunity_id")
    told = [row[8] for row in said(con)]
    assert (tuple(stored["features"]), stored["serves"]) == (NAMES, "logistic")
    assert RidgeLogit.from_dict(stored).predict(matrix(now)).round(6).tolist() == told


def test_a_rule_that_serves_gives_its_rate_without_interval_or_reasons(
    con: duckdb.DuckDBPyConnection, rows: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = rows[rows["is_won"].notna()]
    rules = {name: Rate(column).fit(known, known["is_won"]) for name, column in win.RULES.items()}
    monkeypatch.setattr(win, "train", lambda rows, as_of: (Trained("C", "seller", None, rules), []))
    win.score(con, AS_OF)
    found = con.execute("""
        select employee_id, min(win_probability), max(win_probability), count(probability_low), count(reason_1_en)
        from scores.win_probability group by all order by all""").fetchall()
    assert found == [(s, round(r, 6), round(r, 6), 0, 0) for s, r in sorted(rules["seller"].rates_.items())]


@pytest.mark.parametrize("change", [
    "delete from core.fct_opportunities",
    "delete from marts.deal_forecasts",
    "update core.fct_opportunities set outcome = 'won' where outcome = 'lost'",
    "delete from core.fct_opportunities where hash(opportunity_id) % 40 > 0",
    "update core.fct_opportunities set outcome = 'open', closed_on = null",
])  # fmt: skip
def test_deals_that_carry_no_model_leave_no_chance_but_a_reason(con: duckdb.DuckDBPyConnection, change: str) -> None:
    con.execute(change)
    (card,) = win.score(con, AS_OF)
    assert card["grade"] == "abstain" and card["reason_en"] and card["reason_zh"]
    assert con.execute("select count(win_probability) from scores.win_probability").fetchall() == [(0,)]


def test_deals_of_which_little_is_known_are_scored_all_the_same(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update core.fct_opportunities set channel = null, product_id = null, customer_id = null")
    con.execute("update marts.deal_forecasts set expected_amount_base = null, stage_no = null, stage_days = null")
    con.execute("update core.fct_opportunities set created_on = null where hash(opportunity_id) % 3 = 0")
    (card,) = win.score(con, AS_OF)
    assert card["status"] == "scored"
    found = "select count(*) = count(win_probability), count(expected_won_base) from scores.win_probability"
    assert con.execute(found).fetchall() == [(True, 0)]
