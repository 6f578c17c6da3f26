"""Mood of a text, learnt from texts with labels: character n-grams and a logistic regression per language (S123).

Characters instead of words, so that Chinese needs no word list and nothing is downloaded. What the model is unsure of,
or a language it did not learn, is for a person to read. Without labels the lexicon of the warehouse serves.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ml.gate import Abstained, single_class, too_few

FEWEST_TEXTS, FEWEST_OF_A_KIND = 200, 50
SURE = 0.7  # chance of one mood above which a text need not be read
SIZES = {"zh": (1, 2), "en": (2, 4)}  # characters; English words need longer pieces
MOST_PIECES, STRENGTH, SEED = 120_000, 10.0, 7
FORMAT = "char-sentiment-1"

CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
LATIN = re.compile(r"[A-Za-z]")


def language(text: str) -> str:
    """`zh`, `en` or `other`: by the script of most letters, a Chinese character counts as three Latin ones."""
    chinese, latin = len(CJK.findall(text)), len(LATIN.findall(text))
    if not chinese and not latin:
        return "other"
    return "zh" if 3 * chinese >= latin else "en"


@dataclass(frozen=True)
class Mood:
    """`p_positive` is missing for a language that was not learnt; `needs_reading` also where the model is unsure."""

    language: str
    p_positive: float | None
    needs_reading: bool


class CharSentiment:
    """Learnt per language: `weights_[language]` = pieces, idf, coefficients and intercept. Reloads equal from JSON."""

    def __init__(self, sure: float = SURE) -> None:
        self.sure = sure

    def fit(self, texts: Sequence[str], labels: Sequence[int]) -> Self | Abstained:
        """Labels are 1 (positive) or 0. Languages with too few texts are left out; Abstained where none is left."""
        if len(texts) != len(labels):
            raise ValueError(f"{len(texts)} texts but {len(labels)} labels")
        given = np.asarray(labels)
        unknown = set(np.unique(given).tolist()) - {0, 1}
        if unknown:
            raise ValueError(f"labels must be 0 or 1; found {sorted(unknown)}")
        self.weights_: dict[str, dict[str, Any]] = {}
        spoken = np.array([language(text) for text in texts])
        refusal: Abstained | None = too_few(len(texts), FEWEST_TEXTS, "texts with a label", "带标签的文本")
        for one in SIZES:
            at = np.flatnonzero(spoken == one)
            why = too_few(
                len(at), FEWEST_TEXTS, f"texts with a label ({one})", f"带标签的文本（{one}）"
            ) or single_class(given[at])
            rarest = int(np.bincount(given[at], minlength=2).min()) if len(at) else 0
            why = why or too_few(
                rarest, FEWEST_OF_A_KIND, f"texts of the rarer mood ({one})", f"较少情绪的文本（{one}）"
            )
            if why:
                refusal = refusal or why
                continue
            self.weights_[one] = _learn([texts[i] for i in at], given[at], SIZES[one])
        return self if self.weights_ else refusal or Abstained("no text has a known language", "没有可识别语言的文本")

    def score(self, texts: Sequence[str]) -> list[Mood]:
        """One mood per text, in order."""
        spoken = np.array([language(text) for text in texts])
        chance = np.full(len(texts), np.nan)
        for one, weights in self.weights_.items():
            at = np.flatnonzero(spoken == one)
            if len(at):
                chance[at] = _chance([texts[i] for i in at], weights, SIZES[one])
        return [
            Mood(str(one), None, True) if np.isnan(p) else Mood(str(one), float(p), bool(max(p, 1 - p) < self.sure))
            for one, p in zip(spoken, chance, strict=True)
        ]

    def to_json(self) -> str:
        """The model as text: numbers and pieces only, nothing that could run."""
        return json.dumps({"format": FORMAT, "sure": self.sure, "weights": self.weights_}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The model of `to_json`; ValueError where the text is none."""
        try:
            held = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"the sentiment model is no JSON (line {error.lineno}): train it again") from None
        if not isinstance(held, dict) or held.get("format") != FORMAT:
            raise ValueError(f"the sentiment model is not of the format {FORMAT}: train it again")
        model = cls(float(held["sure"]))
        model.weights_ = held["weights"]
        return model


def _vectoriser(size: tuple[int, int], pieces: list[str] | None = None) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(
        analyzer="char", ngram_range=size, sublinear_tf=True, vocabulary=pieces,
        min_df=1 if pieces else 2, max_features=None if pieces else MOST_PIECES,
    )  # fmt: skip


def _learn(texts: list[str], labels: NDArray[Any], size: tuple[int, int]) -> dict[str, Any]:
    from sklearn.linear_model import LogisticRegression

    vectoriser = _vectoriser(size)
    x = vectoriser.fit_transform(texts)
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1_000, random_state=SEED).fit(x, labels)
    return {
        "pieces": vectoriser.get_feature_names_out().tolist(),
        "idf": np.round(vectoriser.idf_, 6).tolist(),
        "coefficients": np.round(model.coef_[0], 6).tolist(),
        "intercept": round(float(model.intercept_[0]), 6),
        "texts": len(texts),
    }


def _chance(texts: list[str], weights: dict[str, Any], size: tuple[int, int]) -> NDArray[np.float64]:
    vectoriser = _vectoriser(size, weights["pieces"])
    vectoriser.idf_ = np.asarray(weights["idf"])
    logit = vectoriser.transform(texts) @ np.asarray(weights["coefficients"]) + weights["intercept"]
    return 1 / (1 + np.exp(-logit))
