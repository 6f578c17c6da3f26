"""What model files and contracts say of a released table: its key, and which of its columns hold personal data."""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from orchestration.own_yaml import read_yaml
from orchestration.settings import DBT_PROJECT

# Tables of the engine. Of their texts these are about runs and files, not about people.
ENGINE = Path(__file__).with_name("roles.yml")
UNKNOWN = "undescribed"  # the class of a text that nobody has described


class Described(NamedTuple):
    """Key columns (empty: none known) and class of personal data by column (empty: none)."""

    key: tuple[str, ...]
    pii: dict[str, str]

    def pii_of(self, column: str, postgres_type: str) -> str:
        """The class of a column. A text that no file describes counts as personal: who knows what is in it."""
        if column in self.pii or column == "release_id":
            return self.pii.get(column, "")
        return UNKNOWN if postgres_type in ("text", "json", "bytea") else ""


@cache
def described(table: str) -> Described:
    """The description of schema.table; an empty one for a table that no file describes."""
    schema, _, name = table.partition(".")
    known = _scores().get(name) if schema == "scores" else None
    known = known or (_engine(table) if schema == "ops" else None) or _model(name)
    if not known.key:
        known = known._replace(key=_suite_keys().get(table, ()))
    return known


def _engine(table: str) -> Described | None:
    columns = rules()["harmless"].get(table)
    return Described((), dict.fromkeys(columns, "")) if columns else None


@cache
def rules() -> dict[str, Any]:
    """roles.yml."""
    return read_yaml(ENGINE)


@cache
def _scores() -> dict[str, Described]:
    from ml.tables import TABLES

    return {table.name: Described(table.key, {column.name: "" for column in table.columns}) for table in TABLES}


@cache
def _suite_keys() -> dict[str, tuple[str, ...]]:
    from data_quality.rules import mart_suites

    return {suite.full_name: suite.key for suite in mart_suites()}


@cache
def _files() -> dict[str, Path]:
    return {path.stem: path for path in (DBT_PROJECT / "models").rglob("*.yml")}


@cache
def _model(name: str) -> Described:
    if (path := _files().get(name)) is None:
        return Described((), {})
    models = read_yaml(path).get("models", [])
    model = next((model for model in models if model["name"] == name), {})
    columns = model.get("columns", [])
    pii = {column["name"]: column.get("config", {}).get("meta", {}).get("pii", "") for column in columns}
    return Described(_key(model), pii)


def _key(model: dict[str, Any]) -> tuple[str, ...]:
    """The columns whose uniqueness the model's own tests hold over all of its rows."""
    for test in model.get("data_tests", []):
        if isinstance(test, dict) and "unique_combination" in test and "config" not in test["unique_combination"]:
            return tuple(test["unique_combination"]["arguments"]["columns"])
    for column in model.get("columns", []):
        if "unique" in column.get("data_tests", []):
            return (column["name"],)
    return ()
