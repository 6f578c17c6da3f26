"""Training of the match weights on a built warehouse: rarely, without any labels; the result is a frozen seed.

    acrm identity train --version 5        reads work.duckdb, writes dbt_project/seeds/identity_weights.csv

Splink learns m and u by expectation maximisation (splink_em); here they become weights, and the prior is found that
expects as many matches as the scores find. The comparisons are dbt's own (macros/identity).
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from orchestration.identity import splink_em
from orchestration.identity.engine import macro
from orchestration.settings import DBT_PROJECT

SEED = DBT_PROJECT / "seeds" / "identity_weights.csv"
STEPS = 200
# What is believed before any record was seen, and keeps that share: stronger agreement is likelier, by its square.
# So no field is always right, whatever the records say (people move and marry), and a rare slip is no difference.
PRIOR_SHARE = 0.02
HALF_A_PAIR = 0.5  # what a level counts that no random pair reached

Row = tuple[str, int, float, float, float]


class TooLittle(Exception):
    """The warehouse holds too few records to learn from. The message says how many there are."""


def train(con: duckdb.DuckDBPyConnection, linker: Any = None) -> list[Row]:
    """Rows (comparison, level, m, u, log2 weight) learnt from identity_traits and identity_pairs of `con`.

    `linker` is what Splink learnt from these traits, where it is at hand. Raises TooLittle below 100 records.
    """
    traits = con.execute("select * from identity.identity_traits").df()
    if len(traits) < splink_em.ENOUGH:
        raise TooLittle(f"identity_traits has {len(traits)} records; weights need at least 100. Run `acrm run` first.")
    learnt = splink_em.learnt(linker or splink_em.trained(traits))
    rows: list[Row] = []
    for each in macro("identity_comparisons"):
        known = float(traits[each["known"]].notna().all(axis="columns").mean())
        rows += weighed(each["name"], learnt[each["name"]], known**2 * splink_em.RANDOM_PAIRS)
    found = prior(con, rows, len(traits))
    return [*rows, ("pairs per record", 0, 0.0, 0.0, found), ("records", 0, 0.0, 0.0, float(len(traits)))]


def weighed(comparison: str, levels: Sequence[tuple[float | None, float | None]], random_pairs: float) -> list[Row]:
    """Rows of a comparison from its (m, u), weakest level first; u was seen on so many random pairs.

    A comparison of which nothing was learnt says nothing.
    """
    m, u = (np.array([level[side] or 0.0 for level in levels]) for side in (0, 1))
    if not m.sum() or not u.sum():
        m = u = np.ones(len(levels))
    rising = np.arange(1, len(levels) + 1, dtype=float) ** 2
    m = (1 - PRIOR_SHARE) * m / m.sum() + PRIOR_SHARE * rising / rising.sum()
    u = np.maximum(u / u.sum(), HALF_A_PAIR / max(random_pairs, 1))
    u /= u.sum()
    return [(comparison, n + 1, float(m[n]), float(u[n]), float(np.log2(m[n] / u[n]))) for n in range(len(levels))]


def prior(con: duckdb.DuckDBPyConnection, rows: Sequence[Row], records: int) -> float:
    """Matching pairs per record among the candidate pairs under the weights of `rows`."""
    levels, counts = patterns(con, [len(c["levels"]) + 1 for c in macro("identity_comparisons")])
    weights = np.zeros(len(levels))
    for column, comparison in enumerate(macro("identity_comparisons")):
        of = [0.0, *(row[4] for row in rows if row[0] == comparison["name"])]
        weights += np.array(of)[levels[:, column]]
    return pairs_per_record(weights, counts, records)


def pairs_per_record(weights: np.ndarray, counts: np.ndarray, records: int) -> float:
    """The fixed point at which the prior expects as many matches as the posterior finds; `weights` in log2 odds."""
    found = 0.5
    for _ in range(STEPS):
        odds = np.clip(weights + np.log2(2 * found / max(records - 1, 1)), -500, 500)
        found = max(float((counts / (1 + np.exp2(-odds))).sum()) / max(records, 1), 1e-6)
    return found


def patterns(con: duckdb.DuckDBPyConnection, sizes: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Levels (patterns x comparisons; 0: unknown) and pairs of each pattern of identity_pairs."""
    sql = "select pattern, count(*) from identity.identity_pairs group by pattern order by pattern"
    found = np.array(con.execute(sql).fetchall(), dtype=np.int64).reshape(-1, 2)
    rest, levels = found[:, 0].copy(), np.zeros((len(found), len(sizes)), dtype=np.int64)
    for column, size in enumerate(sizes):
        levels[:, column] = rest % (size + 1)
        rest //= size + 1
    return levels, found[:, 1].astype(float)


def write(rows: Sequence[Row], version: str, seed: Path = SEED) -> None:
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
