"""Mood of texts by a model of the company's own ratings, beside the lexicon: scores.text_moods (S123, ML14).

Per language, judged on the newest distinct texts with a rating, which no model of the test has seen. The model serves
where its macro-F1 is surely above the lexicon's and above that of the commoner mood, and only in streams whose own
texts stood in the test and were read better; else the lexicon serves, with its measured error in the card.
"""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ml.card import card, expires_on, silent
from ml.evaluate import auc, difference
from ml.gate import Abstained, too_few
from ml.sentiment import CharSentiment
from ml.store import fingerprint, keep, model_id, plain
from ml.text_ratings import WINDOWS, Window, distinct, near_share, rated, read, windows
from ml.text_tables import TEXT_MOODS

LANGUAGES = {"en": "English", "zh": "Chinese"}
FEWEST_TESTED, FEWEST_OF_A_KIND, FEWEST_OF_A_STREAM = 50, 10, 30
MOST_LEARNT = 5_000  # newest texts of a language, so that time is bounded
PUBLIC = {"zh": {"lexicon, 7,765 public hotel reviews: right": 0.804}}  # tests/marts/behaviour/test_text_sentiment.py


@dataclass
class Verdict:
    """How the model and the lexicon did in the windows, newest first; figures are in 0..1 unless they count."""

    grade: str
    windows: list[dict[str, float]] = field(default_factory=list)
    streams: frozenset[str] = frozenset()


def score(con: duckdb.DuckDBPyConnection, as_of: date, home: Path | None = None) -> list[dict[str, Any]]:
    """Writes scores.text_moods; returns a card for each language."""
    texts = read(con, as_of)
    data = fingerprint(con, "marts.text_sentiment")
    cards, parts = [], [_unread(texts[~texts["language"].isin(LANGUAGES)])]
    for code in LANGUAGES:
        of, rows = _language(texts[texts["language"] == code], code, as_of, home, data)
        cards.append(of)
        parts.append(rows)
    rows = pd.concat([part for part in parts if len(part)]) if len(texts) else None
    TEXT_MOODS.write(con, None if rows is None else rows.assign(as_of=as_of)[TEXT_MOODS.names])
    return cards


def judge(labelled: pd.DataFrame) -> Verdict | Abstained:
    """Verdict on rated texts of one language; Abstained where there are too few or ratings go with nothing."""
    found = [judged(window) for window in windows(labelled)]
    if not found or isinstance(found[0], Abstained):
        return found[0] if found else _few(len(distinct(labelled)), FEWEST_TESTED)
    facts = [one[0] for one in found if not isinstance(one, Abstained)]
    mark = grade_of(facts)
    if mark == "abstain":
        return Abstained(
            "the ratings go neither with what the lexicon reads nor with what a model could learn",
            "评分与词典判断及模型所学均无关联",
        )
    return Verdict(mark, facts, found[0][1] if mark in ("A", "B") else frozenset())


def judged(window: Window) -> tuple[dict[str, float], frozenset[str]] | Abstained:
    """Figures of one window, and the streams that the model reads better than the lexicon does."""
    test, learn = window.test, window.learn.tail(MOST_LEARNT)
    y = test["rating"].to_numpy()
    few = _few(len(test), FEWEST_TESTED) or too_few(
        int(min(y.sum(), len(y) - y.sum())), FEWEST_OF_A_KIND, "rated texts of the rarer mood to test on",
        "可供检验的较少情绪的文本",
    )  # fmt: skip
    model = few or fitted(learn)
    if isinstance(model, Abstained):
        return model
    p = np.array([mood.p_positive for mood in model.score(test["said"].tolist())], dtype=float)
    common = np.full(len(y), float(learn["rating"].mean() >= 0.5))
    lexicon = decided(test["label"], common)
    facts = {"learnt": len(learn), "tested": len(test), "near to one learnt": near_share(learn["said"], test["said"])}
    for name, guess in (("model", p), ("lexicon", lexicon), ("commoner mood", common)):
        facts |= {f"{name}: accuracy": accuracy(y, guess), f"{name}: macro-F1": macro_f1(y, guess)}
    sure = np.maximum(p, 1 - p) >= model.sure
    facts |= {"model: sure": float(sure.mean()), "model: accuracy where sure": accuracy(y[sure], p[sure])}
    for name, measure in (("accuracy", accuracy), ("macro-F1", macro_f1)):
        gain, low, high = difference(y, p, lexicon, measure)
        facts |= {f"{name} above the lexicon": gain, f"{name} from": low, f"{name} to": high}
    lows = [facts["macro-F1 from"], difference(y, p, common, macro_f1)[1]]
    tells = difference(y, test["score"].fillna(0.0), common * 0, auc)[1]
    better = set()
    for stream in sorted(test["stream"].unique()):
        at = (test["stream"] == stream).to_numpy()
        ours, theirs = macro_f1(y[at], p[at]), macro_f1(y[at], lexicon[at])
        facts |= {f"{stream}: tested": int(at.sum()), f"{stream}: model": ours, f"{stream}: lexicon": theirs}
        if at.sum() >= FEWEST_OF_A_STREAM and ours > theirs:
            better.add(stream)
    return facts | {"least gain from": min(lows), "lexicon above chance from": tells}, frozenset(better)


def grade_of(found: list[dict[str, float]]) -> str:
    """A: the model is surely better in both windows; B: in the newest; C: the lexicon serves, surely above chance."""
    won = [facts["least gain from"] > 0 for facts in found]
    if won[0]:
        return "A" if len(won) == WINDOWS and all(won) else "B"
    return "C" if found[0]["lexicon above chance from"] > 0 else "abstain"


def fitted(learn: pd.DataFrame) -> CharSentiment | Abstained:
    """The model of these distinct texts; equal for equal texts in whatever order."""
    rows = learn.sort_values("said")
    return CharSentiment().fit(rows["said"].tolist(), rows["rating"].astype(int).tolist())


def decided(label: pd.Series, common: np.ndarray) -> np.ndarray:
    """The lexicon's labels as 1 or 0; what it leaves open takes the commoner mood, which flatters it."""
    return np.where(label == "positive", 1.0, np.where(label == "negative", 0.0, common))


def accuracy(y: ArrayLike, p: ArrayLike) -> float:
    """Share of texts on the right side of a half; NaN without any."""
    right = (np.asarray(y) > 0.5) == (np.asarray(p) > 0.5)
    return float(right.mean()) if right.size else float("nan")


def macro_f1(y: ArrayLike, p: ArrayLike) -> float:
    """Mean of the F1 of either mood: finding only the commoner one is worth little. An absent mood counts 0."""
    y, p = np.asarray(y) > 0.5, np.asarray(p) > 0.5
    both = ((y & p).sum() * 2 / max(y.sum() + p.sum(), 1), (~y & ~p).sum() * 2 / max((~y).sum() + (~p).sum(), 1))
    return float(sum(both) / 2)


def _language(
    texts: pd.DataFrame, code: str, as_of: date, home: Path | None, data: str
) -> tuple[dict[str, Any], pd.DataFrame]:
    labelled = rated(texts, code)
    found = judge(labelled)
    name, said = f"text_moods_{code}", {
        "question": f"Is a text in {LANGUAGES[code]} pleased or displeased?",
        "population": "Engagements, comments of surveys and tickets of customers. Judged on those with a rating only.",
        "intended": "Shares by group and month; which texts to read first.",
        "forbidden": "Judging one customer or employee; answering texts that nobody has read.",
        "data": data,
    }  # fmt: skip
    facts: dict[str, Any] = {
        "texts": len(texts),
        "rated": len(labelled),
        **_lexicon(distinct(labelled)),
        **PUBLIC.get(code, {}),
    }
    if isinstance(found, Abstained):
        return silent(name, as_of, found, serves="lexicon", facts=facts, **said), _by_lexicon(texts, "abstained")
    for no, window in enumerate(found.windows, start=1):
        facts |= {f"window {no} {key}": value for key, value in window.items()}
    until = expires_on(as_of)
    model = fitted(distinct(labelled).tail(MOST_LEARNT)) if found.streams else None
    if not isinstance(model, CharSentiment):
        used, serves = model_id(name, plain(facts)), "lexicon"
        rows = _by_lexicon(texts, "scored").assign(grade="C", model_id=used, expires_on=until)
    else:
        used, serves = keep(home, name, "json", model.to_json(), data), "model"
        at = texts["stream"].isin(found.streams)
        rows = _by_lexicon(texts[~at], "scored").assign(grade="C")
        rows = pd.concat([part for part in (_by_model(texts[at], model).assign(grade=found.grade), rows) if len(part)])
        rows = rows.assign(model_id=used, expires_on=until)
    mark = found.grade if serves == "model" else "C"
    facts |= {f"{stream}: the model serves": 1.0 for stream in sorted(found.streams) if serves == "model"}
    return card(name, as_of, status="scored", grade=mark, serves=serves, model_id=used, facts=facts, **said), rows


def _by_model(texts: pd.DataFrame, model: CharSentiment) -> pd.DataFrame:
    """Moods of the model, each distinct text read once; the unsure and those of another language have none."""
    once = texts["said"].drop_duplicates().tolist()
    moods = dict(zip(once, model.score(once), strict=True))
    p = np.array([moods[said].p_positive for said in texts["said"]], dtype=float)
    unsure = np.array([moods[said].needs_reading for said in texts["said"]], dtype=bool)
    mood = np.where(unsure, None, np.where(p >= 0.5, "positive", "negative"))
    given = {"mood": mood, "p_positive": np.round(p, 6), "needs_reading": unsure, "method": "model"}
    return _rows(texts).assign(status="scored", **given)


def _by_lexicon(texts: pd.DataFrame, status: str) -> pd.DataFrame:
    """Moods of the lexicon; to be read is what it leaves open and what has a negation before a word of mood."""
    known = texts["label"].where(texts["label"] != "unread", None)
    doubtful = ~texts["label"].isin(["positive", "negative"]) | (texts["negated_word_count"] > 0)
    return _rows(texts).assign(status=status, mood=known, needs_reading=doubtful, method="lexicon")


def _unread(texts: pd.DataFrame) -> pd.DataFrame:
    return _rows(texts).assign(status="not read", language=None, needs_reading=True)


def _rows(texts: pd.DataFrame) -> pd.DataFrame:
    return texts[["stream", "record_id", "language"]].reindex(columns=TEXT_MOODS.names).astype(object)


def _few(found: int, needed: int) -> Abstained | None:
    return too_few(found, needed, "distinct rated texts to test on", "可供检验的有评分的不同文本")


def _lexicon(once: pd.DataFrame) -> dict[str, float]:
    """The lexicon's measured error on all distinct rated texts, from none of which it has learnt."""
    if once.empty:
        return {"rated, distinct": 0}
    called = once["label"].isin(["positive", "negative"]).to_numpy()
    right = (once["label"] == np.where(once["rating"] > 0.5, "positive", "negative")).to_numpy()
    return {
        "rated, distinct": len(once),
        "rated well": float(once["rating"].mean()),
        "lexicon: right of all": float(right.mean()),
        "lexicon: called": float(called.mean()),
        "lexicon: right of called": float(right[called].mean()) if called.any() else float("nan"),
    }
