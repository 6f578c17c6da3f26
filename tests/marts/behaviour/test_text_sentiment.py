"""Sentiment by the lexicon: what single sentences come to, and the error on labelled reviews and on planted moods."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb
import pytest

from tests.dbt.project import PROJECT
from tests.marts.behaviour.conftest import Compile
from tests.marts.company import Company

SEEDS = ("sentiment_words", "sentiment_parameters", "topic_terms")
MODELS = ("int_texts", "int_text_words", "int_text_moods", "text_sentiment", "text_topics")
Read = Callable[[Iterable[str]], list[tuple[str | None, float | None, str]]]


@pytest.fixture(scope="module")
def sqls(compiled: Compile) -> dict[str, str]:
    return compiled(*MODELS)


@pytest.fixture
def read(sqls: dict[str, str], work: duckdb.DuckDBPyConnection) -> Read:
    """Language, score and label of texts, through the models, in the order given."""
    work.execute("create schema intermediate")
    for seed in SEEDS:
        file = PROJECT / "seeds" / f"{seed}.csv"
        work.execute(f"create table seeds.{seed} as from read_csv('{file}', header = true, quote = '\"')").fetchall()

    def score(texts: Iterable[str]) -> list[tuple[str | None, float | None, str]]:
        rows = [(f"{no:06}", text) for no, text in enumerate(texts)]
        work.execute("create or replace table said (ticket_id varchar, ticket_text varchar)").fetchall()
        work.execute(
            "insert into said select unnest($ids), unnest($texts)",
            {"ids": [r[0] for r in rows], "texts": [r[1] for r in rows]},
        ).fetchall()
        work.execute("""
            create or replace table core.fct_tickets as select *, 'desk' as system, 'c' as customer_id,
                date '2024-01-01' as opened_on, null::varchar as subject from said;
            create or replace table core.fct_engagements as select '' as engagement_id, '' as system, '' as customer_id,
                null::date as occurred_on, '' as engagement_text limit 0;
            create or replace table core.fct_surveys as select '' as answer_id, '' as response_id, '' as system,
                '' as customer_id, null::date as answered_on, '' as survey_comment limit 0""").fetchall()
        for name in MODELS:
            schema = "intermediate" if name.startswith("int_") else "marts"
            work.execute(f"create or replace table {schema}.{name} as {sqls[name]}").fetchall()
        query = "select language, score, label from said left join marts.text_sentiment on record_id = ticket_id"
        return work.execute(query + " order by ticket_id").fetchall()

    return score


SENTENCES = {
    "Great product, very happy with it": "positive",
    "The service was terrible": "negative",
    "It is not good": "negative",
    "It isn’t bad at all": "positive",
    "I do not like the colour. Great fit": "positive",
    "Excellent but the strap broke": "positive",
    "never again, awful": "negative",
    "Where is parcel 1234": "unread",
    "1234": "unread",
    "房间很干净，服务热情": "positive",
    "太差了": "negative",
    "不错": "positive",
    "很不错": "positive",
    "一点也不差": "positive",
    "不是不好": "positive",
    "不太干净": "negative",
    "没有想象中好": "negative",
    "没问题": "positive",
    "请问营业时间": "unread",
    "お部屋は良い": "unread",
    "Отлично": "unread",
}


def test_sentences_are_read_as_a_person_reads_them(read: Read) -> None:
    found = dict(zip(SENTENCES, (label for _, _, label in read(SENTENCES)), strict=True))
    assert found == SENTENCES


def test_scores_are_the_formula_by_hand(read: Read) -> None:
    """good is 2, very 1.5, a turned mood −0.75; s / sqrt(s² + 15)."""
    scores = [score for _, score, _ in read(["good", "very good", "not good", "GOOD!", "not very good"])]
    sums = [2, 3, -1.5, 2, -2.25]
    assert scores == pytest.approx([s / (s * s + 15) ** 0.5 for s in sums])


def test_a_negation_does_not_reach_over_the_end_of_a_clause(read: Read) -> None:
    (_, over, _), (_, within, _) = read(["no, good", "no good"])
    assert over > 0 > within
    assert [label for _, _, label in read(["不，好", "不好"])] == ["positive", "negative"]


TOPICS = {
    "The courier left my parcel in the rain": {"delivery"},
    "It broke after two days, badly made": {"quality"},
    "Far too expensive for what it is": {"price"},
    "Your staff were rude to my mother": {"service"},
    "Sold out again, when is it available?": {"availability"},
    "I want a refund, my money back": {"returns"},
    "The colour is not as described": {"description"},
    "Cannot log in to the app": {"shop"},
    "Support never answered about my refund": {"service", "returns"},
    "A priceless gift, thank you": set(),
    "快递太慢了，三天才发货": {"delivery"},
    "做工粗糙，第一天就坏了": {"quality"},
    "性价比很高": {"price"},
    "售后的态度不好": {"service"},
    "一直断货": {"availability"},
    "要求退款": {"returns"},
    "颜色和照片不符": {"description"},
    "网站登录不了": {"shop"},
    "谢谢你们": set(),
}


def test_what_a_text_is_about_is_named_by_whole_words_in_both_languages(
    read: Read, work: duckdb.DuckDBPyConnection
) -> None:
    read(TOPICS)
    rows = work.execute("select ticket_text, topic from said left join marts.text_topics on record_id = ticket_id")
    found: dict[str, set[str]] = {text: set() for text in TOPICS}
    for text, topic in rows.fetchall():
        found[text] |= {topic} - {None}
    assert found == TOPICS


def test_the_error_on_hotel_reviews_is_what_the_documentation_says(read: Read, reference_data: Path) -> None:
    file = reference_data / "sentiment_zh" / "ChnSentiCorp_htl_all.csv"
    if not file.exists():
        pytest.skip(f"no {file}")
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["review"].strip()]
    read_as = [label for _, _, label in read(row["review"] for row in rows)]
    counts = Counter(zip((row["label"] for row in rows), read_as, strict=True))
    right = counts["1", "positive"] + counts["0", "negative"]
    decided = sum(n for (_, label), n in counts.items() if label in ("positive", "negative"))
    unread = sum(n for (_, label), n in counts.items() if label == "unread")
    print(dict(counts), f"right of all {right / len(rows):.4f}, of decided {right / decided:.4f}")
    assert len(rows) == 7765
    assert (round(right / len(rows), 3), round(right / decided, 3), unread) == (0.804, 0.843, 138)


def test_planted_moods_are_found_in_most_tickets(company: Company) -> None:
    counts = company.query("""
        select mood, label, count(*) from read_parquet('{truth}/moods_*.parquet') as truth
        inner join marts.text_sentiment as found
            on found.stream = truth.stream and found.record_id = truth.system || ':' || truth.record_ref
        group by all order by all""")
    print(counts)
    found = Counter({(mood, label): n for mood, label, n in counts})
    moody = sum(n for (mood, _), n in found.items() if mood)
    right = found[1, "positive"] + found[-1, "negative"]
    decided = sum(n for (mood, label), n in found.items() if mood and label in ("positive", "negative"))
    assert moody > 200
    assert right / moody > 0.72
    assert right / decided > 0.85
