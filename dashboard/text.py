"""Words in English and Chinese: the dashboard's own, the report's, and the names that seeds and model files hold."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ml.tables import TABLES
from orchestration.own_yaml import read_yaml
from orchestration.report.page import WORDS as REPORT_WORDS
from orchestration.settings import DBT_PROJECT

WORDS: Mapping[str, Any] = read_yaml(Path(__file__).with_name("words.yml"))
LANGUAGES = {"en": "English", "zh": "中文"}
# Names of values that seeds hold: file, column of the value, columns of its name in English and Chinese.
NAMES = (
    ("lifecycle_stages", "stage", "name_en", "name_zh"),
    ("stage_vocabularies", "stage", "name_en", "name_zh"),
    ("pyramid_tiers", "tier", "", "tier_zh"),
    ("voice_metrics", "metric", "label_en", "label_zh"),
    ("voice_metrics", "formula", "formula", "formula_zh"),
    ("metrics", "formula", "formula", "formula_zh"),
    ("metrics", "basis", "basis", "basis_zh"),
    ("questions", "question", "question", "question_zh"),
)
MARKS = str.maketrans({mark: f"\\{mark}" for mark in r"\`*_{}[]()<>#+!|~$:"})


class Column(NamedTuple):
    """What a model file says of a column. `pii` is empty where it holds no personal data."""

    en: str
    zh: str
    pii: str


class Text:
    """Words of one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._words = WORDS[lang]

    def __call__(self, key: str, **parts: object) -> Any:
        """A text of words.yml, or a table of texts, by its dotted key; its {parts} filled in."""
        found: Any = self._words
        for step in key.split("."):
            found = found[step]
        return found.format(**parts) if parts else found

    def report(self, key: str) -> Any:
        """Words of the leaders' report: a text, or a table of texts."""
        return REPORT_WORDS[self.lang][key]

    def of(self, value: object) -> str:
        """The name of a value of a vocabulary (segment, stage, tier, channel …); the value itself when it has none."""
        return "–" if value is None or value != value else names(self.lang).get(str(value), str(value))

    def column(self, table: str, name: str) -> str:
        """The label of a column, as the model's file has it."""
        if name in self._words["columns"]:
            return self._words["columns"][name]
        column = columns(table).get(name)
        return getattr(column, self.lang) if column else name.replace("_", " ")


@cache
def names(lang: str) -> Mapping[str, str]:
    """Value -> name, from seeds, the report's words and the dashboard's; the later wins."""
    found: dict[str, str] = {}
    for seed, key, *by_language in NAMES:
        column = by_language[lang == "zh"]
        with (DBT_PROJECT / "seeds" / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
            found |= {row[key]: row[column] if column else row[key].capitalize() for row in csv.DictReader(file)}
    report = REPORT_WORDS[lang]
    return found | report["stages"] | report["segments"] | report["groups"] | report["kinds"] | WORDS[lang]["values"]


@cache
def columns(table: str) -> Mapping[str, Column]:
    """Columns of a public table (schema.name) as its model's file describes them; empty for what is no model."""
    if table.startswith("scores."):
        return {c.name: Column(c.en, c.zh, "") for t in TABLES if table == f"scores.{t.name}" for c in t.columns}
    found = next((DBT_PROJECT / "models").rglob(f"{table.split('.')[-1]}.yml"), None)
    if found is None:
        return {}
    (model, *_) = read_yaml(found)["models"]
    made = {}
    for column in model["columns"]:
        meta = column.get("config", {}).get("meta", {})
        en = meta.get("en", column["name"].replace("_", " "))
        made[column["name"]] = Column(en, meta.get("zh", en), meta.get("pii", ""))
    return made


def plain(text: object) -> str:
    """Text of the data so that Markdown shows it as it is: no link, picture or formatting comes out of a name."""
    return str(text).translate(MARKS)
