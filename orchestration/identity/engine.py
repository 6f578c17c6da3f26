"""The identity models without dbt: their SQL rendered from the project's files, for training, benchmarks and tests.

dbt needs seconds to start and a whole warehouse to stand on; the engine only needs identity.identity_points. A test
holds the rendered text against what dbt compiles.
"""

import csv
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import jinja2

from orchestration.own_yaml import read_yaml
from orchestration.settings import DBT_PROJECT

# In the order of the graph, from contact points to persons.
MODELS = (
    "identity_evidence",
    "identity_guarded",
    "identity_traits",
    "identity_edges__by_rule",
    "identity_bonds",
    "identity_traits__completed",
    "identity_blocks",
    "identity_pairs",
    "identity_patterns",
    "identity_frequencies",
    "identity_odds",
    "identity_scores",
    "identity_edges",
    "identity_components",
    "identity_contradictions",
    "identity_holdings",
    "identity_clusters",
    "identity_review",
)
UNTRAINED = MODELS[: MODELS.index("identity_patterns")]
# What weights change: contradictions first of all, and so the bonds.
TRAINED = MODELS[MODELS.index("identity_edges__by_rule") :]
SEEDS = ("blocked_identifiers", "identity_kinds", "identity_rules", "identity_conflicts", "identity_weights")
PARSED_AS_OF = "1970-01-01"  # as in a parse of the project: no id depends on the day on which it is founded
MACRO = re.compile(r"{%-?\s*macro\s+(\w+)\(.*?{%-?\s*endmacro\s*-?%}", re.S)


class _Returned(Exception):
    """What a macro hands back by `return`, as in dbt."""


class _Adapter:
    """dbt's adapter as far as the macros need it: DuckDB's form of a dispatched macro, else the default."""

    def __init__(self, names: dict[str, Any]):
        self.names = names

    def dispatch(self, name: str, _package: str = "") -> Any:
        return self.names.get(f"duckdb__{name}") or self.names[f"default__{name}"]


def _return(value: Any) -> None:
    raise _Returned(value)


@cache
def _names(project: Path) -> dict[str, Any]:
    """Every macro of the project as a function, and dbt's own functions that the identity models use."""
    environment = jinja2.Environment(extensions=["jinja2.ext.do"], undefined=jinja2.StrictUndefined)
    settings = read_yaml(project / "dbt_project.yml")["vars"] | {"as_of": PARSED_AS_OF}
    names: dict[str, Any] = {
        "var": lambda name, _default=None: settings[name],
        "ref": lambda name: f"{_schema(name)}.{name}",
        "source": lambda schema, name: f"{schema}.{name}",
        "config": lambda **_: "",
        "execute": False,
        "return": _return,
        "environment": environment,
    }
    names["adapter"] = _Adapter(names)
    for path in sorted((project / "macros").rglob("*.sql")):
        for found in MACRO.finditer(path.read_text(encoding="utf-8")):
            names[found[1]] = _function(environment, found[1], found[0], names)
    return names


def _schema(name: str) -> str:
    return "seeds" if name in SEEDS else "staging" if name.startswith("stg_") else "identity"


def _function(environment: jinja2.Environment, name: str, text: str, names: dict[str, Any]) -> Any:
    @cache
    def parsed() -> Any:
        return getattr(environment.from_string(text, globals=names).module, name)

    def call(*arguments: Any, **named: Any) -> Any:
        try:
            return parsed()(*arguments, **named)
        except _Returned as returned:
            return returned.args[0]

    return call


def macro(name: str, *arguments: Any) -> Any:
    """Value of one of the project's macros."""
    return _names(DBT_PROJECT)[name](*arguments)


@cache
def render(model: str) -> str:
    """SQL of an identity model for DuckDB, reading from the schemas `identity`, `seeds`, `staging` and `ops`."""
    names = _names(DBT_PROJECT)
    text = next((DBT_PROJECT / "models").rglob(f"{model}.sql")).read_text(encoding="utf-8")
    return names["environment"].from_string(text, globals=names).render()


def run(con: duckdb.DuckDBPyConnection, models: Iterable[str] = MODELS) -> None:
    """Build the models over `identity.identity_points`, seeds first where they are absent."""
    con.execute("create schema if not exists identity")
    load_seeds(con)
    for model in models:
        con.execute(f"create or replace table identity.{model} as {render(model)}")


def load_seeds(con: duckdb.DuckDBPyConnection) -> None:
    """The engine's seeds as tables; those that are there stay as they are."""
    con.execute("create schema if not exists seeds")
    types: dict[str, dict[str, str]] = {}
    for path in (DBT_PROJECT / "seeds").glob("*.yml"):
        for seed in read_yaml(path)["seeds"]:
            types[seed["name"]] = {c["name"]: c["data_type"] for c in seed["columns"]}
    for seed in SEEDS:
        columns = ", ".join(f"{name} {kind}" for name, kind in types[seed].items())
        con.execute(f"create table if not exists seeds.{seed} ({columns})")
        if con.execute(f"select count(*) from seeds.{seed}").fetchall() == [(0,)]:
            with (DBT_PROJECT / "seeds" / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
                rows = [[value or None for value in row] for row in list(csv.reader(file))[1:]]
            if rows:
                con.executemany(f"insert into seeds.{seed} values ({', '.join('?' * len(types[seed]))})", rows)
