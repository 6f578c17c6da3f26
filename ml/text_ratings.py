"""Texts, and what a rating beside a text says of its mood: labels that a company has without labelling (S123).

A survey's comment and the score of the same response, a ticket and its rating. Where scales are cut is the seed
text_ratings; the middle is no label. A text counts once, however often it was said: equal texts never stand on both
sides of a test.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd

from ml.sentiment import language

TEST_SHARE, WINDOWS = 0.2, 2
NEAR, PIECE, MOST_NEAR = 0.7, 4, 400
# One row per text of text_sentiment; `rating` is 1, 0 or empty, `known_on` the day from which it is known.
TEXTS = """
    with rated as (
        select
            'surveys' as stream, min(answer_id) as record_id, min(survey_kind) as source,
            max(answered_on) as known_on, cast(avg(score_percent) as decimal(18, 4)) as percent
        from core.fct_surveys
        where survey_comment is not null
        group by response_id, system, survey_comment
        union all
        select
            'tickets', t.ticket_id, s.source, coalesce(cast(t.resolved_at as date), t.opened_on),
            100 * (t.satisfaction_score - s.scale_min) / nullif(s.scale_max - s.scale_min, 0)
        from core.fct_tickets as t
        inner join seeds.text_ratings as s on s.source = 'ticket'
        where t.satisfaction_score between s.scale_min and s.scale_max
    )
    select
        m.stream, m.record_id, t.language, t.said_norm as said, m.label, m.score, m.negated_word_count,
        case when r.known_on <= $as_of then cast(r.known_on as timestamp) end as known_on,
        case
            when r.known_on > $as_of then null when r.percent >= s.positive_from then 1.0
            when r.percent <= s.negative_to then 0.0
        end as rating
    from intermediate.int_texts as t
    inner join marts.text_sentiment as m on t.stream = m.stream and t.record_id = m.record_id
    left join rated as r on t.stream = r.stream and t.record_id = r.record_id
    left join seeds.text_ratings as s on r.source = s.source
    where t.said_on is null or t.said_on <= $as_of
    order by m.stream, m.record_id
"""


class Window(NamedTuple):
    """Distinct rated texts known before a day, and those that were first said from that day on."""

    cut: pd.Timestamp
    learn: pd.DataFrame
    test: pd.DataFrame


def read(con: duckdb.DuckDBPyConnection, as_of: date) -> pd.DataFrame:
    """Texts said up to as_of, in order of stream and record, with the lexicon's label and the rating where known."""
    return con.execute(TEXTS, {"as_of": as_of}).df()


def rated(texts: pd.DataFrame, code: str) -> pd.DataFrame:
    """Those of a language that carry a rating. Mixed ones that ml.sentiment would read as another are left out."""
    found = texts[(texts["language"] == code) & texts["rating"].notna() & texts["known_on"].notna()]
    return found[np.array([language(said) == code for said in found["said"]], dtype=bool)]


def distinct(rows: pd.DataFrame) -> pd.DataFrame:
    """Each text once, in order of the day it was first rated; one as often rated well as badly is left out."""
    first = rows.sort_values(["known_on", "said", "stream", "record_id"], kind="stable")
    mean = rows.groupby("said")["rating"].mean()
    once = first.drop_duplicates("said").assign(rating=lambda one: one["said"].map(mean))
    return once[once["rating"] != 0.5].assign(rating=lambda one: (one["rating"] > 0.5).astype(float))


def windows(rows: pd.DataFrame) -> Iterator[Window]:
    """The newest fifth of the distinct texts and the fifth before it, newest first, parted between two days."""
    days = distinct(rows)["known_on"].to_numpy()
    until = None
    for no in range(1, WINDOWS + 1):
        at = int(np.floor(len(days) * (1 - TEST_SHARE * no)))
        if not 0 < at < len(days):
            return
        cut = pd.Timestamp(days[at])
        before = rows[rows["known_on"] < cut]
        after = rows[(rows["known_on"] >= cut) & ((rows["known_on"] < until) if until is not None else True)]
        yield Window(cut, distinct(before), distinct(after[~after["said"].isin(before["said"])]))
        until = cut


def near_share(learn: pd.Series, test: pd.Series) -> float:
    """Share of the test's texts that share 70 % of their pieces of four letters with one text learnt (Jaccard).

    Much of it means templates or copies: the test is then easier than new texts will be. At most 400 are looked at.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    asked = test.iloc[np.linspace(0, len(test) - 1, min(len(test), MOST_NEAR)).astype(int)]
    counter = CountVectorizer(analyzer="char", ngram_range=(PIECE, PIECE), binary=True, dtype=np.int32)
    known = counter.fit_transform([*learn, *asked])
    sizes = np.asarray(known.sum(axis=1)).ravel()
    shared = (known[len(learn) :] @ known[: len(learn)].T).toarray()
    either = sizes[len(learn) :, None] + sizes[None, : len(learn)] - shared
    return float((shared >= NEAR * np.maximum(either, 1)).any(axis=1).mean())
