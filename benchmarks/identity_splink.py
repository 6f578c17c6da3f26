"""Splink over the records that the engine compares: the same columns, levels and blocking keys, its own training.

Two uses: a row end to end (train, predict, cluster at even odds), and its m and u as weights of this engine.
"""

import math
import re
from typing import Any

import duckdb

from orchestration.identity.engine import macro

# Rules whose pairs teach m: together they leave every comparison out once.
SESSIONS = (
    ("email_norm",),
    ("phone_key",),
    ("given_norm", "family_norm"),
    ("family_norm", "birth_text"),
    ("tax_norm",),
)
VALUES = (
    "case when given_forms is not null then split_part(given_forms, '|', 2) end as form_1,"
    " substr(given_norm, 1, 1) as initial, substr(birth_text, 1, 4) as birth_year, substr(birth_text, 5) as birth_day"
)


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
    """The engine's blocking keys as equalities; keys of second and third nicknames are this engine's own."""
    columns = re.compile(r"\b(?=(?:\w+_(?:norm|text|key|local|year|day|1)|initial)\b)")
    keys = [key for keys in macro("identity_blocking").values() for key in keys if not re.search("form_[23]", key)]
    return [f"{columns.sub('l.', key)} = {columns.sub('r.', key)}" for key in keys]


def trained(con: duckdb.DuckDBPyConnection) -> Any:
    """A linker over identity_traits of `con`, its u and m learnt without labels."""
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    con.execute(f"create or replace table splink_records as select *, {VALUES} from identity.identity_traits")
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="point_no",
        comparisons=comparisons(),
        blocking_rules_to_generate_predictions=blocking(),
    )
    api = DuckDBAPI(con)
    linker = Linker(api.register("splink_records"), settings, log_level="ERROR")
    linker.training.estimate_probability_two_random_records_match(
        ["l.email_norm = r.email_norm", "l.tax_norm = r.tax_norm", "l.phone_key = r.phone_key"], recall=0.6
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for columns in SESSIONS:
        filled = " and ".join(f"{column} is not null" for column in columns)
        if con.execute(f"select count(*) from splink_records where {filled}").fetchall()[0][0] > 100:
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*columns))
    return linker


def weights(linker: Any) -> list[tuple[str, int, float, float, float]]:
    """Splink's m and u as rows of the engine's weights; a level that it could not learn says nothing."""
    found = []
    for each in linker.misc.save_model_to_json()["comparisons"]:
        for level in each["comparison_levels"]:
            if level.get("is_null_level"):
                continue
            m, u = (max(level.get(name) or 0.0, 1e-9) for name in ("m_probability", "u_probability"))
            known = level.get("m_probability") and level.get("u_probability")
            found.append(
                (each["output_column_name"], int(level["label_for_charts"]), m, u, math.log2(m / u) if known else 0.0)
            )
    return found


def clusters(linker: Any) -> str:
    """Name of the table (point_no, cluster_id) of what Splink joins at even odds."""
    predicted = linker.inference.predict(threshold_match_probability=0.5)
    return linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, 0.5).physical_name
