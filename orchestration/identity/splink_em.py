"""Splink (Linacre et al. 2022) learns m and u of the engine's comparisons without labels, on one thread and by seed.

Splink's words for the engine's comparisons, levels and blocking keys, so that what it learns fits what scores.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.identity.engine import macro
from orchestration.spill import spill

if TYPE_CHECKING:
    import pandas as pd

# Rules whose pairs teach m: together they leave every comparison out once.
SESSIONS = (
    ("email_norm",),
    ("phone_key",),
    ("given_norm", "family_norm"),
    ("family_norm", "birth_text"),
    ("tax_norm",),
    ("company_norm",),
)
VALUES = (
    "case when given_forms is not null then split_part(given_forms, '|', 2) end as form_1,"
    " substr(given_norm, 1, 1) as initial, substr(birth_text, 1, 4) as birth_year, substr(birth_text, 5) as birth_day"
)
RANDOM_PAIRS = 1e6
# Of EM, within .05 bits of 25. A level that no match has falls by powers of ten in each; below 1e-300 Splink raises.
ITERATIONS = 8
ENOUGH = 100  # records that state a session's columns, below which it teaches nothing


def two_sided(sql: str) -> str:
    """Splink writes both sides of a pair as suffixes: l.city_norm is city_norm_l."""
    return re.sub(r"\b([lr])\.(\w+)", r"\2_\1", sql)


def comparisons() -> list[dict[str, Any]]:
    """The engine's comparisons in Splink's words; level 1 is its `else`, level 0 its null level."""
    found = []
    for each in macro("identity_comparisons"):
        unknown = " or ".join(f"{c}_l is null or {c}_r is null" for c in each["known"])
        if "apart" in each:
            unknown += f" or coalesce({two_sided(each['apart'])}, false)"
        levels = [{"sql_condition": unknown, "label_for_charts": "0", "is_null_level": True}]
        for number, condition in reversed(list(enumerate(each["levels"], start=2))):
            levels.append({"sql_condition": two_sided(str(condition)), "label_for_charts": str(number)})
        levels.append({"sql_condition": "ELSE", "label_for_charts": "1"})
        found.append({"output_column_name": each["name"], "comparison_levels": levels})
    return found


def blocking() -> list[str]:
    """The engine's blocking keys as equalities; keys of second and third nicknames are the engine's own."""
    columns = re.compile(r"\b(?=(?:\w+_(?:norm|text|key|local|year|day|1)|initial)\b)")
    keys = [key for keys in macro("identity_blocking").values() for key in keys if not re.search("form_[23]", key)]
    return [f"{columns.sub('l.', key)} = {columns.sub('r.', key)}" for key in keys]


def trained(traits: "pd.DataFrame") -> Any:
    """A linker over the rows of identity_traits, its u and m learnt without labels; the same for the same records."""
    con = duckdb.connect(config={"threads": 1, **spill()})
    con.register("traits", traits)
    texts = ", ".join(f"cast({name} as varchar) as {name}" for name in traits if name != "point_no")
    con.execute(f"create table texts as select point_no, {texts} from traits")  # a column without values has no type
    con.execute(f"create table splink_records as select *, {VALUES} from texts order by point_no")
    return taught(con)


def taught(con: duckdb.DuckDBPyConnection, rules: Sequence[str] = (), **em: Any) -> Any:
    """A linker over `splink_records` of the connection that has learnt u and m; it predicts by the rules given."""
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="point_no",
        comparisons=comparisons(),
        blocking_rules_to_generate_predictions=[*rules] or blocking(),
        max_iterations=ITERATIONS,
    )
    api = DuckDBAPI(con)
    linker = Linker(api.register("splink_records"), settings, log_level="ERROR")
    linker.training.estimate_probability_two_random_records_match(
        ["l.email_norm = r.email_norm", "l.tax_norm = r.tax_norm", "l.phone_key = r.phone_key"], recall=0.6
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=1)
    for columns in SESSIONS:
        filled = " and ".join(f"{column} is not null" for column in columns)
        if con.execute(f"select count(*) from splink_records where {filled}").fetchall()[0][0] > ENOUGH:
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*columns), **em)
    return linker


def learnt(linker: Any) -> dict[str, list[tuple[float | None, float | None]]]:
    """(m, u) per comparison and level, the weakest level first; None where Splink saw no pair of it."""
    found = {}
    for each in linker.misc.save_model_to_json()["comparisons"]:
        levels = {
            int(level["label_for_charts"]): (level.get("m_probability"), level.get("u_probability"))
            for level in each["comparison_levels"]
            if not level.get("is_null_level")
        }
        found[each["output_column_name"]] = [levels[number] for number in sorted(levels)]
    return found
