"""The identity engine against Splink 5 end to end on a built demo company: wall, CPU, peak memory and quality.

    python -m benchmarks.bench_identity_scale --home CRM_HOME [--rounds 1] [--memory 18GB] [--chunks 1] [--unlimited]

Every part is a process of its own, its start and imports included, on two threads over a DuckDB file of its own, which
lies with what it spills in a temporary folder (TMPDIR):

    points  outside any clock: contact points, truth, and Splink's records, which are identity_traits (cleaned, guarded)
    ours    imports the points, runs all models with the shipped weights, writes the clusters
    fewer   the same over accounts, leads and profiles only, which is all that Splink sees
    splink  imports its records, learns u and m (splink_em), predicts, clusters at even odds, writes the clusters
    given   the same without the learning, by the model that `splink` has saved

Splink predicts by the engine's blocking keys as equalities (splink_em.blocking): e-mail, its local part and its domain,
phone, card, tax number, company, street; family or given name with the other, its initial, city, postal code, birth
date, year or day; birth date alone; city or postal code with a part of it; the start of a company with a postal code.
A key that more records share than the engine allows is left empty for Splink too, outside its clock: else pairs grow
with the square of the customers, at 10,000 already 97 % of them by the domain of the e-mail (--unlimited measures it).
Splink is further given hashes for keys, predictions without the values compared, EM without term frequencies and on 1e7
pairs a session at most. It joins by all keys in one statement; where memory does not hold that, --chunks 4 predicts in
four parts. A part that fails is printed as failed, and the others go on.

Quality is that of pairs over the records that have a truth (accounts and profiles), all of them among Splink's records.
Guest orders and devices have none and are not scored, but `ours` reads them, and links records through them.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from dataclasses import astuple
from itertools import product
from pathlib import Path

import duckdb

from benchmarks import measure
from orchestration.identity import engine, splink_em
from orchestration.spill import spill

SEEN = "stream in ('customers', 'leads', 'profiles')"  # the records of identity_traits
PAIRS = 1e7
START = time.perf_counter()


def say(text: str) -> None:
    print(f"  {time.perf_counter() - START:8.1f} s  {text}", flush=True)


def number(con: duckdb.DuckDBPyConnection, query: str) -> int:
    return con.execute(query).fetchall()[0][0]


def opened(memory: str) -> duckdb.DuckDBPyConnection:
    """A database file for this part alone."""
    config = {"threads": 2, "preserve_insertion_order": False, **spill()} | ({"memory_limit": memory} if memory else {})
    return duckdb.connect(str(Path(tempfile.gettempdir()) / "part.duckdb"), config=config)


def keys() -> dict[str, tuple[str, int]]:
    """Column, expression and the most records that may share it, of each key that Splink predicts by."""
    blocks = engine.macro("identity_blocking")
    coarse = [key for block in engine.macro("identity_coarse_blocks") for key in blocks[block]]
    found = {}
    for place, rule in enumerate(splink_em.blocking()):
        key = rule.split(" = ")[0].replace("l.", "")
        limit = engine.macro("var", f"identity_{'coarse_' if key in coarse else ''}block_limit")
        found[f"key_{place}"] = (key, limit)
    return found


def points(con: duckdb.DuckDBPyConnection, folder: Path, home: Path) -> None:
    """Contact points, truth (as identity_data.demo joins it) and Splink's records of a company as parquet."""
    con.execute(f"attach '{home / 'work.duckdb'}' as company (read_only)")
    con.execute(f"copy company.identity.identity_points to '{folder}/points.parquet'")
    con.execute(f"""copy (
        select point_no, entity_id as entity from company.identity.identity_points as points
        join '{home}/truth/records.parquet' as truth
            on points.point_id = truth.stream || ':' || truth.system || ':' || truth.record_ref
        where entity_id is not null and {SEEN.replace("stream", "points.stream")}) to '{folder}/truth.parquet'""")
    con.execute(f"create schema identity; create view identity.identity_points as from '{folder}/points.parquet'")
    engine.run(con, engine.MODELS[: engine.MODELS.index("identity_traits") + 1])
    hashed = ", ".join(f"if({key} is null, null, hash({key})) as {name}" for name, (key, _) in keys().items())
    con.execute(f"create table valued as select *, {splink_em.VALUES} from identity.identity_traits")
    con.execute(f"create table records as select *, {hashed} from valued")
    free = limited = 0
    for name, (_, limit) in keys().items():
        groups = f"select {name}, count(*) as n from records where {name} is not null group by {name}"
        count = f"select coalesce(sum(n * (n - 1) // 2), 0)::bigint from ({groups})"
        free += number(con, count)
        wide = f"select {name} from ({groups}) where n > {limit}"
        con.execute(f"update records set {name} = null where {name} in ({wide})")
        limited += number(con, count)
    con.execute(f"copy (from records order by point_no) to '{folder}/records.parquet'")
    for name in ("points", "records", "truth"):
        found = number(con, f"select count(*) from '{folder}/{name}.parquet'")
        say(f"{found:,} {name}")
    say(f"pairs under Splink's keys, each key by itself: {free:,} without the limits, {limited:,} with them")


def ours(con: duckdb.DuckDBPyConnection, folder: Path, part: str) -> None:
    con.execute("create schema identity")
    only = SEEN if part == "fewer" else "true"
    con.execute(f"create table identity.identity_points as from '{folder}/points.parquet' where {only}")
    for model in engine.MODELS:
        engine.run(con, [model])
        say(model)
    con.execute(f"copy (select point_no, cluster_no from identity.identity_clusters) to '{folder}/{part}.parquet'")
    say(f"{number(con, 'select count(*) from identity.identity_pairs'):,} pairs compared")


def splink(con: duckdb.DuckDBPyConnection, folder: Path, part: str, threshold: float, chunks: int) -> None:
    from splink import Linker
    from splink.backends.duckdb import DuckDBAPI

    con.execute(f"create table splink_records as from '{folder}/records.parquet'")
    if part != "given":
        rules = splink_em.blocking() if part == "unlimited" else [f"l.{name} = r.{name}" for name in keys()]
        taught = splink_em.taught(con, rules, estimate_without_term_frequencies=True, max_pairs=PAIRS)
        model = taught.misc.save_model_to_json() | {"retain_matching_columns": False}
        measure.write_json(folder / "model.json", model)
        say("u and m learnt")
    linker = Linker(DuckDBAPI(con).register("splink_records"), folder / "model.json", log_level="ERROR")
    if chunks == 1:
        blocked = linker.inference.compute_blocked_pairs_for_predict().physical_name
        say(f"{number(con, f'select count(*) from {blocked}'):,} pairs compared")
    predicted = linker.inference.predict(threshold_match_probability=threshold, num_chunks_left=chunks)
    say("predicted")
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, threshold).physical_name
    con.execute(f"copy (select point_no, cluster_id as cluster_no from {found}) to '{folder}/{part}.parquet'")
    say("clustered")


def score(con: duckdb.DuckDBPyConnection, folder: Path, parts: list[str]) -> None:
    from benchmarks.bench_identity import quality  # imports pandas, which no measured part should pay for

    con.execute(f"create schema identity; create view identity.identity_points as from '{folder}/points.parquet'")
    con.execute(f"create view truth as from '{folder}/truth.parquet'")
    done = [part for part in parts if (folder / f"{part}.parquet").exists()]
    found = {part: quality(con, clusters=f"'{folder}/{part}.parquet'") for part in done}
    measure.write_json(folder / "quality.json", {k: (q.precision, q.recall, q.f1) for k, q in found.items()})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True, help="a built demo company; only read")
    parser.add_argument("--rounds", type=int, default=1, help="times each part runs, in turns; medians are printed")
    parser.add_argument("--memory", default="", help="DuckDB's limit for each part; by default four fifths of all")
    parser.add_argument("--threshold", type=float, default=0.5, help="probability from which Splink merges")
    parser.add_argument("--chunks", type=int, default=1, help="parts in which Splink predicts")
    parser.add_argument("--unlimited", action="store_true", help="Splink also without limits, for small companies")
    parser.add_argument("--part", nargs=2, metavar=("PART", "FOLDER"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    parts = ["ours", "fewer", "splink", "given", *(["unlimited"] if args.unlimited else [])]
    if args.part:
        part, folder = args.part[0], Path(args.part[1])
        con = opened(args.memory)
        if part == "points":
            points(con, folder, args.home)
        elif part == "score":
            score(con, folder, parts)
        elif part in parts[:2]:
            ours(con, folder, part)
        else:
            splink(con, folder, part, args.threshold, args.chunks)
        return
    costs: dict[str, list[measure.Cost]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ["points", *parts * args.rounds, "score"]:
            print(part, flush=True)
            command = [sys.executable, "-m", "benchmarks.bench_identity_scale", *sys.argv[1:], "--part", part, name]
            (folder / f"{part}.parquet").unlink(missing_ok=True)
            with tempfile.TemporaryDirectory(dir=name) as work:
                cost = measure.run(command, env={"TMPDIR": work}, check=part not in parts, shown=True)
            costs.setdefault(part, []).append(cost)
        qualities = json.loads((folder / "quality.json").read_text(encoding="utf-8"))
    show(parts, costs, qualities)


def show(parts: list[str], costs: dict[str, list[measure.Cost]], qualities: dict[str, tuple[float, ...]]) -> None:
    print(f"\n{measure.machine()}\n{'':10} {'wall s':>8} {'CPU s':>8} {'MiB':>7} {'P':>7} {'R':>7} {'F1':>7}")
    middle = {}
    for part in parts:
        wall, cpu, peak = (statistics.median(values) for values in zip(*map(astuple, costs[part]), strict=True))
        middle[part] = (wall, peak)
        said = " ".join(f"{value:7.4f}" for value in qualities[part]) if part in qualities else "failed"
        print(f"{part:10} {wall:8.1f} {cpu:8.1f} {peak:7,.0f} {said}")
    for one, other in product(parts[:2], parts[2:]):
        if one in qualities and other in qualities:
            wall, memory = (a / b for a, b in zip(middle[one], middle[other], strict=True))
            f1 = 100 * (qualities[one][2] - qualities[other][2])
            print(f"{one} / {other}: wall {wall:.2f}, memory {memory:.2f}, F1 {f1:+.2f} points")


if __name__ == "__main__":
    main()
