"""Quality of the identity engine where the truth is known: one threshold, one engine, the same columns for all.

    python -m benchmarks.bench_identity --data FOLDER [--home CRM_HOME ...] [--no-splink]
    python -m benchmarks.bench_identity --home CRM_HOME --shuffles 20

FOLDER holds er_febrl/ and er_fake1000/; each home is a built demo company with its truth. Weights are learnt on each
data set by itself without its truth; the demo companies also run with the shipped weights. Below stands what Splink
makes of the same training over the same comparisons, clustered at even odds; without limits to its blocks, so with
--no-splink from 100,000 customers on (bench_identity_scale gives it the limits).
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from benchmarks import identity_data, identity_splink
from orchestration.identity import engine, splink_em, train

CLUSTERS = "identity.identity_clusters"
# Records that say no more than who somebody is called and where: an alias, a name, a name and a city.
BARE = (
    "coalesce(email_norm, phone_norm, card_norm, account_key, union_ref, tax_norm, birth_text, postal_norm,"
    " street_norm) is null"
)


@dataclass(frozen=True)
class Quality:
    """Pairs over clusters: of those predicted, how many are right; of the true ones, how many were found."""

    right: int
    predicted: int
    true: int

    @property
    def precision(self) -> float:
        return self.right / self.predicted if self.predicted else float("nan")

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else float("nan")

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.predicted + self.true) if self.predicted + self.true else float("nan")

    def __str__(self) -> str:
        return f"P {self.precision:.4f}  R {self.recall:.4f}  F1 {self.f1:.4f}"


def load(points: pd.DataFrame) -> duckdb.DuckDBPyConnection:
    """An engine database over the points, the truth aside in `truth`."""
    con = duckdb.connect(config={"threads": 2})
    con.execute("create schema identity")
    con.register("frame", points)
    types = ", ".join(
        f"cast({c} as {'bigint' if c == 'point_no' else 'varchar'}) as {c}" for c in identity_data.COLUMNS
    )
    con.execute(f"create table identity.identity_points as select {types} from frame")
    con.execute("create table truth as select cast(point_no as bigint) as point_no, cast(entity as varchar) as entity "
                "from frame where entity is not null")  # fmt: skip
    con.unregister("frame")
    return con


def pairs(con: duckdb.DuckDBPyConnection, columns: str, only: str = "true", clusters: str = CLUSTERS) -> int:
    """Pairs of records with a truth that agree on the columns (entity, cluster_no)."""
    return con.execute(f"""
        select coalesce(sum(n * (n - 1) // 2), 0) from (
            select count(*) as n from truth join {clusters} using (point_no)
            join identity.identity_points using (point_no) where {only} group by {columns})
        """).fetchall()[0][0]


def quality(con: duckdb.DuckDBPyConnection, only: str = "true", clusters: str = CLUSTERS) -> Quality:
    """Pairwise quality among the records that `only` picks."""
    return Quality(*(pairs(con, by, only, clusters) for by in ("entity, cluster_no", "cluster_no", "entity")))


def blocking_recall(con: duckdb.DuckDBPyConnection, only: str = "true") -> float:
    """Share of the true pairs that are compared at all, or joined by what needs no comparison."""
    found, true = con.execute(f"""
        with said as (select point_no, entity from truth join identity.identity_points using (point_no) where {only})
        select count(*) filter (exists (select 1 from identity.identity_pairs p where p.point_a = a.point_no
            and p.point_b = b.point_no) or x.cluster_no = y.cluster_no), count(*)
        from said a join said b on a.entity = b.entity and a.point_no < b.point_no
        join identity.identity_clusters x on x.point_no = a.point_no
        join identity.identity_clusters y on y.point_no = b.point_no""").fetchall()[0]
    return found / true if true else float("nan")


def calibration(con: duckdb.DuckDBPyConnection) -> list[tuple[int, int, float, float]]:
    """Scored pairs of even odds and more: log2 odds from, pairs, share that is right, share that the odds promise."""
    return con.execute("""
        select cast(least(2 * floor(weight / 2), 10) as integer) as low, count(*),
            avg(cast(a.entity = b.entity as integer)), avg(1 / (1 + power(2, -weight)))
        from identity.identity_scores as scores
        join truth as a on scores.point_a = a.point_no
        join truth as b on scores.point_b = b.point_no
        where conflict is null and weight >= 0 group by low order by low""").fetchall()


def measure(name: str, points: pd.DataFrame, shipped: bool = False, beside: bool = True) -> None:
    """Run the engine over the points and print its figures."""
    con = load(points)
    start = time.perf_counter()
    engine.run(con, engine.UNTRAINED)
    if not shipped:
        linker = splink_em.trained(con.execute("select * from identity.identity_traits").df())
        rows = train.train(con, linker)
        con.execute("delete from seeds.identity_weights")
        con.executemany("insert into seeds.identity_weights values (?, ?, ?, ?, ?, ?)",
                        [(engine.macro("var", "identity_weights_version"), *row) for row in rows])  # fmt: skip
    engine.run(con, engine.TRAINED)
    seconds = time.perf_counter() - start
    large = "cluster_no in (select cluster_no from truth join identity.identity_clusters using (point_no)" \
        " group by cluster_no having count(*) >= 3)"  # fmt: skip
    of_large = quality(con, large).precision
    print(f"{name:26} {quality(con)}  blocking {blocking_recall(con):.4f}  clusters>=3 {of_large:.4f}"
          f"  {seconds:.1f} s", flush=True)  # fmt: skip
    said = f"not ({BARE})"
    if quality(con, said) != quality(con):
        print(
            f"{'  more than name and city':26} {quality(con, said)}  blocking {blocking_recall(con, said):.4f}",
            flush=True,
        )
    if shipped:
        for low, count, right, promised in calibration(con):
            named = f"  odds from 2^{low}"
            print(f"{named:26} {count:7,} pairs, {right:.3f} right, {promised:.3f} promised", flush=True)
    if beside and not shipped:
        start = time.perf_counter()
        con.register("by_splink", identity_splink.clusters(linker))
        seconds = time.perf_counter() - start
        print(f"{'  Splink':26} {quality(con, clusters='by_splink')}  {seconds:.1f} s more", flush=True)
    con.close()


def churn(name: str, points: pd.DataFrame, shuffles: int) -> None:
    """Print how many points change their customer_id when the rows come in another order, on one thread or two."""
    first: dict[str, str] = {}
    changed = 0
    for seed in range(shuffles + 1):
        con = load(points.sample(frac=1, random_state=seed) if seed else points)
        con.execute(f"set threads = {1 + seed % 2}")
        engine.run(con)
        found = dict(con.execute(f"select point_id, customer_id from {CLUSTERS}").fetchall())
        first = first or found
        changed += sum(found[point] != customer for point, customer in first.items())
        con.close()
    print(f"{name:26} {changed} of {shuffles * len(first):,} customer_ids changed in {shuffles} shuffles", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder with er_febrl/ and er_fake1000/")
    parser.add_argument("--home", type=Path, action="append", default=[], help="a built demo company; may be repeated")
    parser.add_argument("--shuffles", type=int, default=0, help="run each home so many times more, rows shuffled")
    parser.add_argument("--no-splink", action="store_true", help="only the engine, for large companies")
    args = parser.parse_args()
    if args.data:
        measure("febrl 3", identity_data.febrl(args.data), beside=not args.no_splink)
        measure("fake_1000", identity_data.fake_1000(args.data), beside=not args.no_splink)
    for home in args.home:
        if args.shuffles:
            churn(home.name, identity_data.demo(home), args.shuffles)
            continue
        measure(f"{home.name}, shipped weights", identity_data.demo(home), shipped=True)
        measure(f"{home.name}, own weights", identity_data.demo(home), beside=not args.no_splink)


if __name__ == "__main__":
    main()
