"""Mood of texts by the company's own ratings: a model where it is surely better than the lexicon, else the lexicon."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from ml import text_moods
from ml.gate import Abstained
from ml.text_moods import Verdict, grade_of, judge
from ml.text_ratings import distinct, near_share, rated, read, windows
from tests.dbt.project import PROJECT

DAY = date(2026, 6, 30)
PLEASED = ("cosy", "sturdy", "bright", "tidy", "prompt", "snug", "crisp", "handy")
DISPLEASED = ("wobbly", "dented", "faded", "flimsy", "mouldy", "leaking", "squeaky", "torn")
PLAIN = ("lamp", "table", "order", "parcel", "kettle", "shelf", "today", "colour", "garden", "window", "sofa", "shop")
SAID = ("stream", "record_id", "said_on", "language", "text_no", "said_norm")
Row = tuple[str, str, float | None, str]  # stream, text, rating in percent, label of the lexicon


def texts(count: int, seed: int, knows: float = 0.6, rating: str = "own") -> list[Row]:
    """Distinct comments whose mood two of their words tell; the lexicon has that share right and the rest unread."""
    rng, rows = np.random.default_rng(seed), []
    for _ in range(count):
        well = bool(rng.random() < 0.6)
        words = [*rng.choice(PLEASED if well else DISPLEASED, 2), *rng.choice(PLAIN, 4, replace=False)]
        label = ("positive" if well else "negative") if rng.random() < knows else "unread"
        liked = well if rating == "own" else rng.random() < 0.6
        rows.append(("surveys", " ".join(rng.permutation(words)), 90.0 if liked else 10.0, label))
    return rows


def company(con: duckdb.DuckDBPyConnection, rows: list[Row], first: date | None = None) -> duckdb.DuckDBPyConnection:
    """The tables that the scorer reads; texts are said one a day, the last one on as_of, or from `first` on."""
    start = first or DAY - timedelta(days=len(rows) - 1)
    said, answers, moods = [], [], []
    for no, (stream, text, percent, label) in enumerate(rows):
        key, on = f"{stream}{start:%y%m}-{no:04}", start + timedelta(days=no)
        code = "other" if text.startswith("お") else "zh" if ord(text[0]) > 0x3000 else "en"
        said.append((stream, key, on, code, no, text))
        moods.append((stream, key, label, None if label == "unread" else 1.0 if label == "positive" else -1.0, 0))
        if stream == "surveys":
            answers.append((key, key, "desk", "csat", on, percent, text))
    frames = {
        "intermediate.int_texts": pd.DataFrame(said, columns=SAID),
        "marts.text_sentiment": pd.DataFrame(
            moods, columns=["stream", "record_id", "label", "score", "negated_word_count"]
        ),
        "core.fct_surveys": pd.DataFrame(answers, columns=["answer_id", "response_id", "system", "survey_kind",
                                                           "answered_on", "score_percent", "survey_comment"]),
    }  # fmt: skip
    for name, frame in frames.items():
        con.register("frame", frame)
        con.execute(f"create table if not exists {name} as from frame limit 0")
        con.execute(f"insert into {name} from frame")
    return con


@pytest.fixture
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    with made() as con:
        yield con


def made() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    for schema in ("core", "intermediate", "marts", "seeds"):
        con.execute(f"create schema {schema}")
    con.execute("create table seeds.text_ratings as from read_csv(?)", [str(PROJECT / "seeds" / "text_ratings.csv")])
    con.execute("""
        create table core.fct_tickets (
            ticket_id varchar, opened_on date, resolved_at timestamp, satisfaction_score decimal(18, 4))""")
    con.execute("""
        create table core.fct_surveys (answer_id varchar, response_id varchar, system varchar, survey_kind varchar,
            answered_on date, score_percent decimal(18, 4), survey_comment varchar)""")
    return con


OTHERS: list[Row] = [
    ("tickets", "the shelf is torn and dented", None, "negative"),
    ("engagements", "这个灯不太好", None, "negative"),
    ("engagements", "灯什么时候到", None, "unread"),
    ("engagements", "お部屋は良い", None, "unread"),
    ("surveys", "snug and prompt", None, "neutral"),
    ("surveys", "wobbly and faded", None, "unread"),
]


def found(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    return con.execute("from scores.text_moods order by stream, record_id").fetchall()


@pytest.fixture(scope="module")
def planted() -> Iterator[tuple[duckdb.DuckDBPyConnection, list[dict]]]:
    """500 ratings that the words decide, a lexicon that knows six texts in ten, and texts without a rating."""
    with made() as con:
        company(con, [*texts(500, 1), *OTHERS])
        yield con, text_moods.score(con, DAY)


def test_where_the_words_tell_the_rating_the_model_serves_the_streams_it_was_judged_on(
    planted: tuple[duckdb.DuckDBPyConnection, list[dict]],
) -> None:
    con, (english, _) = planted
    assert (english["grade"], english["serves"]) == ("A", "model")
    assert english["facts"]["surveys: the model serves"] == 1.0
    assert english["facts"]["window 1 model: accuracy"] > 0.95
    rows = con.execute("""
        select t.said_norm, m.mood, m.p_positive, m.method, m.grade, m.status
        from scores.text_moods as m inner join intermediate.int_texts as t using (stream, record_id)
        where m.language = 'en' order by m.record_id""").df()
    by_model = rows[rows["method"] == "model"]
    assert len(by_model) == 502 and set(by_model["grade"]) == {"A"}
    sure = by_model[by_model["mood"].notna()]
    well = [any(word in said.split() for word in PLEASED) for said in sure["said_norm"]]
    assert len(sure) > 450 and list(sure["mood"] == "positive") == well
    ticket = rows[rows["method"] == "lexicon"].iloc[0]
    assert list(ticket[["said_norm", "mood", "grade", "status"]]) == [OTHERS[0][1], "negative", "C", "scored"]
    assert np.isnan(ticket["p_positive"]), "no rated ticket was in the test"


def test_a_language_without_ratings_has_the_moods_of_the_lexicon_and_says_so(
    planted: tuple[duckdb.DuckDBPyConnection, list[dict]],
) -> None:
    con, (_, chinese) = planted
    assert (chinese["grade"], chinese["facts"]["texts"], chinese["facts"]["rated"]) == ("abstain", 2, 0)
    assert "rated texts" in chinese["reason_en"] and "有评分" in chinese["reason_zh"]
    rows = con.execute("""
        select t.said_norm, m.language, m.status, m.method, m.mood, m.needs_reading, m.grade, m.model_id
        from scores.text_moods as m inner join intermediate.int_texts as t using (stream, record_id)
        where m.stream = 'engagements' order by m.record_id""").fetchall()
    assert rows == [
        ("这个灯不太好", "zh", "abstained", "lexicon", "negative", False, None, None),
        ("灯什么时候到", "zh", "abstained", "lexicon", None, True, None, None),
        ("お部屋は良い", None, "not read", None, None, True, None, None),
    ]


def test_later_texts_and_ratings_that_came_later_change_no_cell(
    planted: tuple[duckdb.DuckDBPyConnection, list[dict]],
) -> None:
    con, _ = planted
    before = found(con)
    con.begin()
    company(con, [(s, t, 100 - p, m) for s, t, p, m in texts(300, 2)], first=DAY + timedelta(days=1))
    con.execute("""
        update core.fct_surveys
        set score_percent = 100 * (survey_comment like 'wobbly%')::int, answered_on = date '2026-07-02'
        where survey_comment in ('snug and prompt', 'wobbly and faded')""")
    text_moods.score(con, DAY)
    after = found(con)
    con.rollback()
    assert after == before


def test_the_order_of_rows_and_threads_change_no_cell_of_the_model(
    planted: tuple[duckdb.DuckDBPyConnection, list[dict]],
) -> None:
    con, cards = planted
    before = found(con)
    con.begin()
    for name in ("core.fct_surveys", "intermediate.int_texts", "marts.text_sentiment"):
        con.execute(f"create or replace table {name} as select * from {name} as t order by hash(t)")
    con.execute("set threads = 1")
    again = text_moods.score(con, DAY)
    after = found(con)
    con.rollback()
    con.execute("reset threads")
    assert after == before and again == cards


def test_ratings_drawn_by_lot_leave_the_lexicon_in_service(empty: duckdb.DuckDBPyConnection) -> None:
    english, _ = text_moods.score(company(empty, texts(500, 3, rating="lot")), DAY)
    assert english["grade"] == "abstain" and "ratings go neither" in english["reason_en"]
    kinds = empty.execute("select distinct status, method, p_positive, grade from scores.text_moods").fetchall()
    assert kinds == [("abstained", "lexicon", None, None)]


def test_a_lexicon_that_knows_the_words_serves_and_its_error_stands_in_the_card(
    empty: duckdb.DuckDBPyConnection,
) -> None:
    english, _ = text_moods.score(company(empty, texts(400, 4, knows=0.97)), DAY)
    assert (english["grade"], english["serves"]) == ("C", "lexicon")
    ((right,),) = empty.execute("select avg((label <> 'unread')::integer) from marts.text_sentiment").fetchall()
    assert english["facts"]["lexicon: right of all"] == pytest.approx(right)
    assert english["facts"]["lexicon: right of called"] == 1.0
    kinds = empty.execute("select distinct status, method, p_positive, grade from scores.text_moods").fetchall()
    assert kinds == [("scored", "lexicon", None, "C")]


def test_without_any_rating_every_text_still_has_the_mood_of_the_lexicon(empty: duckdb.DuckDBPyConnection) -> None:
    cards = text_moods.score(company(empty, [(s, t, None, m) for s, t, _, m in texts(30, 5)]), DAY)
    assert [card["grade"] for card in cards] == ["abstain", "abstain"]
    wrong = empty.execute("""
        select count(*) from scores.text_moods as m inner join marts.text_sentiment as l using (stream, record_id)
        where m.mood is distinct from nullif(l.label, 'unread') or m.status <> 'abstained' or m.grade is not null
            or m.needs_reading <> (l.label = 'unread')""").fetchall()
    assert (wrong, len(found(empty))) == ([(0,)], 30)


def labelled(rows: list[tuple[str, str, float]]) -> pd.DataFrame:
    """(day, text, rating) as rated() gives them."""
    table = pd.DataFrame(rows, columns=["known_on", "said", "rating"])
    return table.assign(known_on=pd.to_datetime(table["known_on"]), stream="surveys", record_id=table.index.astype(str))


def test_a_text_counts_once_and_never_stands_on_both_sides_of_a_test() -> None:
    rows = [(f"2026-01-{day:02}", f"text {day}", 1.0) for day in range(1, 11)]
    rows += [("2026-01-10", "text 1", 0.0), ("2026-01-10", "text 2", 1.0), ("2026-01-03", "text 3", 0.0)]
    once = distinct(labelled(rows))
    assert list(once["said"]) == [f"text {no}" for no in (2, 4, 5, 6, 7, 8, 9, 10)], "1 and 3 are rated both ways"
    newest, older = windows(labelled(rows))
    assert list(newest.test["said"]) == ["text 9", "text 10"], "text 1 and 2 were known before"
    assert list(newest.learn["said"]) == [f"text {no}" for no in (1, 2, 4, 5, 6, 7, 8)]
    assert not set(older.test["said"]) & set(older.learn["said"])
    assert older.test["known_on"].max() < newest.cut


def test_only_ratings_at_either_end_are_labels_and_a_ticket_without_a_row_in_the_seed_is_none(
    empty: duckdb.DuckDBPyConnection,
) -> None:
    company(empty, [("surveys", f"said {p}", p, "unread") for p in (0.0, 25.0, 50.0, 75.0)]
            + [("tickets", f"ticket {no}", None, "unread") for no in range(4)])  # fmt: skip
    empty.execute("""
        insert into core.fct_tickets select record_id, said_on, said_on + interval 1 hour, (text_no - 3)::decimal
        from intermediate.int_texts where stream = 'tickets'""")  # rated 1, 2, 3 and 4
    empty.execute("update core.fct_tickets set satisfaction_score = 7 where satisfaction_score = 4")  # off the scale
    ratings: Callable[[], list] = lambda: [None if np.isnan(r) else r for r in read(empty, DAY)["rating"]]  # noqa: E731
    assert ratings() == [0.0, 0.0, None, 1.0, 0.0, 0.0, None, None]
    assert len(rated(read(empty, DAY), "en")) == 5
    empty.execute("delete from seeds.text_ratings where source = 'ticket'")
    assert ratings() == [0.0, 0.0, None, 1.0, None, None, None, None]


def test_too_few_texts_are_no_test() -> None:
    few = judge(labelled([(f"2026-02-{day:02}", f"text {day}", day % 2) for day in range(1, 21)]))
    assert isinstance(few, Abstained) and few.reason_en == "4 distinct rated texts to test on; at least 50 are needed"
    assert isinstance(judge(labelled([])), Abstained)


def test_grades_follow_the_windows_newest_first() -> None:
    def window(gain: float, chance: float = 0.1) -> dict[str, float]:
        return {"least gain from": gain, "lexicon above chance from": chance}

    marks = [grade_of(of) for of in ([window(0.1)] * 2, [window(0.1), window(-0.1)], [window(0.1)],
                                     [window(-0.1), window(0.1)], [window(-0.1, -0.1), window(0.1)])]  # fmt: skip
    assert marks == ["A", "B", "B", "C", "abstain"]
    assert Verdict("C").streams == frozenset()


def test_copies_with_another_ending_are_told_from_new_texts() -> None:
    learn = pd.Series(["the order arrived broken and nobody answers", "love the order, quick delivery too"])
    test = pd.Series(["the order arrived broken and nobody answers!", "my lamp flickers since yesterday evening"])
    assert near_share(learn, test) == 0.5
