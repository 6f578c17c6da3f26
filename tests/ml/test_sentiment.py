"""Mood of texts: Chinese reviews as well as published, unsure ones for a person, a model that is plain text (ML14)."""

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml.gate import Abstained
from ml.sentiment import CharSentiment, language

GOOD = ["很好的酒店，服务热情", "房间干净，非常满意", "位置方便，值得推荐", "早餐丰富，下次还来"]
BAD = ["太差了，再也不来", "房间很脏，服务冷淡", "价格太贵，非常失望", "隔音不好，睡不着"]


@pytest.fixture(scope="module")
def small() -> CharSentiment:
    texts = [f"{a}，{b}" for a in GOOD for b in GOOD] * 10 + [f"{a}，{b}" for a in BAD for b in BAD] * 10
    return CharSentiment().fit(texts, [1] * 160 + [0] * 160)


def test_reviews_are_judged_as_well_as_published(reference_data: Path):
    reviews = pd.read_csv(reference_data / "sentiment_zh" / "ChnSentiCorp_htl_all.csv").dropna(subset="review")
    assert len(reviews) == 7_765
    order = np.random.default_rng(1).permutation(len(reviews))
    test, train = reviews.iloc[order[:1_553]], reviews.iloc[order[1_553:]]
    model = CharSentiment().fit(train["review"].tolist(), train["label"].tolist())
    begin = time.process_time()
    moods = model.score(test["review"].tolist())
    assert (time.process_time() - begin) / len(test) < 0.002
    known = [
        (m.p_positive > 0.5) == bool(label)
        for m, label in zip(moods, test["label"], strict=True)
        if m.p_positive is not None
    ]
    assert len(known) / len(test) > 0.98
    assert np.mean(known) >= 0.885
    sure = [
        (m.p_positive > 0.5) == bool(label)
        for m, label in zip(moods, test["label"], strict=True)
        if not m.needs_reading
    ]
    assert np.mean(sure) > np.mean(known) + 0.02


def test_clear_texts_are_judged_and_unclear_or_foreign_ones_are_for_a_person(small):
    good, bad, mixed, english, empty = small.score(["非常满意，推荐", "太差，失望", "满意失望", "great hotel", ""])
    assert good.p_positive > 0.7 > 0.3 > bad.p_positive
    assert not good.needs_reading
    assert mixed.needs_reading
    assert [english.p_positive, empty.p_positive] == [None, None]
    assert english.needs_reading
    assert empty.needs_reading


def test_languages_are_told_by_script():
    assert [language(t) for t in ("服务很好", "very good", "iPhone 很好用", "12345 !?", "买了 a b")] == [
        "zh", "en", "zh", "other", "zh",
    ]  # fmt: skip


def test_the_model_reloads_equal_to_itself_from_plain_text(small):
    texts = [*GOOD, *BAD, "一般", ""]
    assert CharSentiment.from_json(small.to_json()).score(texts) == small.score(texts)


@pytest.mark.parametrize("text", ["{", "[]", '{"format": "pickle"}', "\x80\x04"])
def test_what_is_no_model_is_refused_with_a_reason(text):
    with pytest.raises(ValueError, match="train it again"):
        CharSentiment.from_json(text)


def test_permuted_labels_teach_nothing():
    rng = np.random.default_rng(2)
    letters = np.array(list("好坏大小多少高低上下左右前后里外"))
    texts = ["".join(rng.choice(letters, 12)) for _ in range(600)]
    labels = rng.integers(0, 2, 600)
    model = CharSentiment().fit(texts[:400], labels[:400].tolist())
    right = [(m.p_positive > 0.5) == bool(y) for m, y in zip(model.score(texts[400:]), labels[400:], strict=True)]
    assert 0.4 < np.mean(right) < 0.6


def test_few_or_one_sided_labels_are_answered_with_silence():
    few = CharSentiment().fit(GOOD, [1] * 4)
    single = CharSentiment().fit(GOOD * 60, [1] * 240)
    rare = CharSentiment().fit(GOOD * 60 + BAD, [1] * 240 + [0] * 4)
    assert [type(few), type(single), type(rare)] == [Abstained] * 3
    with pytest.raises(ValueError, match="0 or 1"):
        CharSentiment().fit(GOOD, [1, 2, 1, 0])
