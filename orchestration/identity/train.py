"""Training of the match weights on a built warehouse: rarely, without any labels; the result is a frozen seed.

    acrm identity train --version 2        reads work.duckdb, writes dbt_project/seeds/identity_weights.csv

The comparisons are dbt's own (macros/identity), so that what is trained is what scores.
"""

import csv
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from orchestration.identity.em import Patterns, log_odds, pairs_per_record, pooled, shares
from orchestration.identity.engine import macro
from orchestration.settings import DBT_PROJECT

SEED = DBT_PROJECT / "seeds" / "identity_weights.csv"
RANDOM_PAIRS = 200_000
# Blocking keys whose pairs teach m, and the comparisons that such a key decides.
PASSES = {
    "email": {"email"},
    "phone": {"phone"},
    "name": {"given", "family"},
    "family_birth": {"family", "birth"},
    "birth_postal": {"birth", "address"},
    "tax": {"tax"},
    "company": {"company"},
}


class TooLittle(Exception):
    """The warehouse holds too few records to learn from. The message says how many there are."""


def train(con: duckdb.DuckDBPyConnection) -> list[tuple[str, int, float, float, float]]:
    """Rows (comparison, level, m, u, log2 weight) learnt from identity_traits, _blocks and _pairs of `con`."""
    comparisons = macro("identity_comparisons")
    names = [c["name"] for c in comparisons]
    sizes = [len(c["levels"]) + 1 for c in comparisons]
    records = con.execute("select count(*) from identity.identity_traits").fetchall()[0][0]
    if records < 100:
        raise TooLittle(f"identity_traits has {records} records; weights need at least 100. Run `acrm run` first.")
    u = shares(_random(con, sizes), sizes)
    passes = {name: _of_block(con, name, sizes) for name in PASSES}
    decided = {name: {names.index(c) for c in about} for name, about in PASSES.items()}
    m = pooled(passes, decided, u)
    candidates = _patterns(con, "select pattern from identity.identity_pairs", sizes)
    odds = log_odds(candidates.levels, m, u, range(len(u))) / np.log(2)
    each = pairs_per_record(odds, candidates.counts, records)
    rows = [
        (name, level + 1, float(m[c][level]), float(u[c][level]), float(np.log2(m[c][level] / u[c][level])))
        for c, name in enumerate(names)
        for level in range(sizes[c])
    ]
    return [*rows, ("pairs per record", 0, 0.0, 0.0, each)]


def write(rows: list[tuple[str, int, float, float, float]], version: str, seed: Path = SEED) -> None:
    """Put the rows into the seed as `version`; rows of other versions stay."""
    kept = []
    if seed.exists():
        with seed.open(encoding="utf-8", newline="") as file:
            kept = [row for row in list(csv.reader(file))[1:] if row[0] != version]
    new = [[version, name, str(level), f"{m:.9g}", f"{u:.9g}", f"{w:.6f}"] for name, level, m, u, w in rows]
    with seed.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["version", "comparison", "level", "m", "u", "weight"])
        writer.writerows([*kept, *new])


def _random(con: duckdb.DuckDBPyConnection, sizes: list[int]) -> Patterns:
    """Patterns of random pairs, the same ones for the same records."""
    records = np.array(con.execute("select point_no from identity.identity_traits order by 1").fetchall()).ravel()
    drawn = np.random.default_rng(1).choice(records, (RANDOM_PAIRS, 2))
    frame = pd.DataFrame(drawn[drawn[:, 0] != drawn[:, 1]], columns=["a", "b"])
    con.register("random_pairs", frame)
    sql = f"""select {macro("pair_pattern")} as pattern from random_pairs as p
        join identity.identity_traits as l on p.a = l.point_no join identity.identity_traits as r on p.b = r.point_no"""
    return _patterns(con, sql, sizes)


def _of_block(con: duckdb.DuckDBPyConnection, block: str, sizes: list[int]) -> Patterns:
    """Patterns of the pairs that share a key of one blocking rule."""
    sql = f"""
        with keyed as (select point_no, block_key from identity.identity_blocks where block = '{block}'),
        pairs as (
            select distinct one.point_no as point_a, other.point_no as point_b from keyed as one
            join keyed as other on one.block_key = other.block_key and one.point_no < other.point_no)
        select pattern from identity.identity_pairs join pairs using (point_a, point_b)"""
    return _patterns(con, sql, sizes)


def _patterns(con: duckdb.DuckDBPyConnection, sql: str, sizes: list[int]) -> Patterns:
    found = con.execute(f"select pattern, count(*) from ({sql}) group by pattern order by pattern").fetchall()
    return _decoded(np.array(found, dtype=np.int64).reshape(-1, 2), sizes)


def _decoded(found: np.ndarray, sizes: list[int]) -> Patterns:
    rest, levels = found[:, 0].copy(), np.zeros((len(found), len(sizes)), dtype=np.int64)
    for column, size in enumerate(sizes):
        levels[:, column] = rest % (size + 1)
        rest //= size + 1
    return Patterns(levels, found[:, 1].astype(float))
