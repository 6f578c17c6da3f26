"""The scores of the demo company: complete, in contract, tied to what they were made of, silent where they must be."""

import json
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import yaml

from ml import churn, lifetime_value, scorecard
from ml.binary import Trained, train
from ml.card import frame, page, write_pages
from ml.gate import Abstained
from ml.grade import LISTABLE
from ml.scoring import SCORERS
from ml.tables import CARDS, TABLES
from tests.dbt.project import PROJECT, Dbt
from tests.marts.company import AS_OF

DAY = date.fromisoformat(AS_OF)
SEED = PROJECT / "seeds" / "feature_parameters.csv"


@pytest.fixture(scope="module")
def scored(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[duckdb.DuckDBPyConnection, Path]:
    """A connection after all scorers of customers, and the folder of their artefacts and pages."""
    home = tmp_path_factory.mktemp("home")
    connection = duckdb.connect(str(warehouse))
    connection.execute("set timezone = 'UTC'")
    connection.execute("create or replace table seeds.feature_parameters as from read_csv(?)", [str(SEED)])
    cards = churn.score(connection, DAY, home) + lifetime_value.score(connection, DAY, home)
    cards += scorecard.score(connection, DAY, home)
    CARDS.write(connection, frame(cards))
    write_pages(cards, home / "reports" / "models")
    yield connection, home
    connection.close()


def test_every_customer_with_a_purchase_has_one_row_in_each_table(
    scored: tuple[duckdb.DuckDBPyConnection, Path],
) -> None:
    con, _ = scored
    buyers = con.execute("select customer_id from marts.customer_rfm order by 1").fetchall()
    written = {table for module in (churn, lifetime_value, scorecard) for table in SCORERS[module.__name__].writes}
    assert len(written) == 4
    for table in TABLES:
        if table.name in written:
            assert con.execute(f"select customer_id from scores.{table.name} order by 1").fetchall() == buyers, (
                table.name
            )
            assert con.execute(f"select distinct as_of from scores.{table.name}").fetchall() == [(DAY,)]


def test_probabilities_lie_in_their_intervals_and_only_those_who_bought_within_a_year_are_scored(
    scored: tuple[duckdb.DuckDBPyConnection, Path],
) -> None:
    con, _ = scored
    for table, column in (("churn", "churn_probability"), ("purchase_intent", "purchase_probability")):
        wrong = con.execute(f"""
            select count(*) from scores.{table} as s inner join marts.customer_rfm as r on s.customer_id = r.customer_id
            where (r.r_days <= 365) <> (s.status = 'scored') or (s.status = 'scored') <> (s.{column} is not null)
                or s.{column} not between coalesce(s.probability_low, 0) and coalesce(s.probability_high, 1)
                or (s.probability_low is not null and s.reason_3_zh is null)""").fetchall()
        assert wrong == [(0,)], table


def test_customers_who_lapsed_long_ago_do_not_move_the_scores_of_the_others(
    scored: tuple[duckdb.DuckDBPyConnection, Path],
) -> None:
    """Training ranks customers among those who bought within a year; so must scoring."""
    con, _ = scored
    tables = ("churn", "purchase_intent")
    before = {t: con.execute(f"from scores.{t} where status = 'scored' order by all").fetchall() for t in tables}
    con.begin()
    con.execute("delete from features.customer_features where is_scoring and recency_days > 365")
    churn.score(con, DAY)
    after = {t: con.execute(f"from scores.{t} order by all").fetchall() for t in tables}
    con.rollback()
    assert min(map(len, before.values())) > 100 and after == before


def test_only_scores_that_may_be_acted_on_leave_the_schema_of_scores(
    scored: tuple[duckdb.DuckDBPyConnection, Path], dbt: Dbt, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    con, _ = scored
    monkeypatch.setenv("CRM_WORK_DB", str(warehouse))
    compiled = dbt.invoke("compile", "--select", "customer_outlook", as_of=AS_OF)
    assert compiled.success, compiled.exception
    handed_on = f"""select customer_id, churn_probability from ({compiled.result[0].node.compiled_code})
        where churn_probability is not null order by customer_id"""
    scores = "select customer_id, churn_probability from scores.churn where churn_probability is not null"
    con.begin()
    half = "select median(customer_id) from scores.churn"
    con.execute(f"update scores.churn set grade = case when customer_id < ({half}) then 'B' else 'C' end")
    usable = con.execute(f"{scores} and grade = 'B' order by customer_id").fetchall()
    assert 50 < len(usable) < con.execute(f"select count(*) from ({scores})").fetchone()[0]
    assert con.execute(handed_on).fetchall() == usable
    con.execute("update scores.churn set expires_on = as_of - 1")
    assert con.execute(handed_on).fetchall() == []
    con.rollback()


def test_marts_and_lists_take_the_same_grades(dbt: Dbt) -> None:
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    assert tuple(project["vars"]["outlook_grades"]) == tuple(LISTABLE)


def test_the_churn_of_the_company_is_found_where_it_was_planted(
    scored: tuple[duckdb.DuckDBPyConnection, Path], labelled: pd.DataFrame
) -> None:
    con, _ = scored
    rows = con.execute("select auc, auc_low, gain, slope from scores.model_cards where model = 'churn'").fetchall()
    (auc, auc_low, gain, slope) = rows[0]
    assert 0.65 < auc_low < auc < 0.85
    assert gain > 0
    assert 0.67 < slope < 1.5


def test_labels_shuffled_among_customers_leave_nothing_to_list(labelled: pd.DataFrame) -> None:
    mixed = labelled.assign(has_churned=np.random.default_rng(2).permutation(labelled["has_churned"]))
    answer = train(mixed, "has_churned", "window_days", DAY, challenge=False)
    assert not (isinstance(answer, Trained) and answer.grade in LISTABLE)


def test_the_artefact_says_the_same_as_the_table(scored: tuple[duckdb.DuckDBPyConnection, Path]) -> None:
    from ml.design import matrix
    from ml.logistic import RidgeLogit
    from ml.store import Store, fingerprint

    con, home = scored
    serves = con.execute("select serves from scores.model_cards where model = 'churn'").fetchall()[0][0]
    if serves != "logistic":
        pytest.skip(f"{serves} serves here")
    data = fingerprint(con, "features.customer_features")
    model = RidgeLogit.from_dict(json.loads(Store(home / "models").load("churn", data)[1]))
    features = con.execute("""
        select f.* from features.customer_features as f semi join scores.churn as s
            on f.customer_id = s.customer_id and s.status = 'scored'
        where f.is_scoring order by f.customer_id""").df()
    table = con.execute("select churn_probability from scores.churn where status = 'scored' order by customer_id").df()
    assert model.predict(matrix(features)).round(6).tolist() == table["churn_probability"].tolist()


def test_cards_say_what_a_reader_must_know_and_pages_need_nothing_else(
    scored: tuple[duckdb.DuckDBPyConnection, Path],
) -> None:
    con, home = scored
    for model, text in con.execute("select model, card from scores.model_cards").fetchall():
        card = json.loads(text)
        for key in (
            "data",
            "as_of",
            "expires_on",
            "question",
            "population",
            "intended",
            "forbidden",
            "libraries",
            "grade",
        ):
            assert card[key], (model, key)
        html = (home / "reports" / "models" / f"{model}.html").read_text(encoding="utf-8")
        assert card["question"] in html
        assert "http" not in html
        assert json.loads((home / "reports" / "models" / f"{model}.json").read_text(encoding="utf-8")) == card


def test_words_of_a_card_cannot_become_markup() -> None:
    facts = {"model": "<b>", "grade": "abstain", "status": "abstained", "reason_en": "<script>", "reason_zh": "无"}
    html = page({**facts, "as_of": "2026-01-01", "expires_on": "2026-02-01", "libraries": {}})
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_table_refuses_a_key_twice_and_columns_that_are_not_its_own() -> None:
    con = duckdb.connect()
    row = {column.name: None for column in CARDS.columns} | {
        "model": "m", "as_of": DAY, "status": "scored", "grade": "A", "card": "{}",
    }  # fmt: skip
    with pytest.raises(duckdb.ConstraintException):
        CARDS.write(con, pd.DataFrame([row, row]))
    with pytest.raises(duckdb.ConstraintException):
        CARDS.write(con, pd.DataFrame([row | {"grade": None}]))
    with pytest.raises(ValueError, match="columns too many: \\['more'\\]"):
        CARDS.write(con, pd.DataFrame([row | {"more": 1}]))


def test_scorers_are_named_with_what_they_read() -> None:
    assert {"ml.churn", "ml.lifetime_value", "ml.drivers"} <= set(SCORERS)


def test_the_four_scores_stand_side_by_side_and_risk_is_churn_times_margin(
    scored: tuple[duckdb.DuckDBPyConnection, Path],
) -> None:
    con, _ = scored
    wrong = con.execute("""
        select count(*)
        from scores.customer_scorecard as s
        inner join scores.churn as c on s.customer_id = c.customer_id
        inner join scores.lifetime_value as v on s.customer_id = v.customer_id
        where s.churn_probability is distinct from case when c.grade in ('A', 'B') then c.churn_probability end
            or abs(s.risk_value - c.churn_probability * v.clv_margin_12m) > 0.02""").fetchall()
    assert wrong == [(0,)]
    shares = """
        select sum(profit_contribution_share), count(*) from scores.customer_scorecard
        where profit_contribution_share <> 0"""
    money = """
        select sum(share_of_contribution), count(*) from marts.customer_contribution
        where span = 'last_period' and share_of_contribution <> 0
            and customer_id in (select customer_id from scores.churn)"""
    (share, n), (total, m) = con.execute(shares).fetchall()[0], con.execute(money).fetchall()[0]
    assert (n, share) == (m, pytest.approx(float(total), abs=1e-9))
    found = con.execute("select grade, auc_low from scores.model_cards where model = 'response'").fetchall()
    assert found[0][0] in ("B", "C", "abstain")


def test_rates_of_response_are_drawn_to_the_mean_and_few_mailings_are_refused() -> None:
    days = pd.to_datetime(DAY) - pd.to_timedelta(np.arange(40) % 20, unit="D")
    mailings = pd.DataFrame({"customer_id": ["a"] * 20 + ["b"] * 20, "sent_on": days})
    mailings["has_answered"] = [True] * 18 + [False] * 2 + [False] * 18 + [True] * 2
    a, b, never = scorecard.rates(mailings, "has_answered", pd.Series(["a", "b", "c"]))
    assert (0.1 <= b < 0.5 < a <= 0.9, never) == (True, pytest.approx(0.5))
    assert isinstance(scorecard.tested(mailings), Abstained)
