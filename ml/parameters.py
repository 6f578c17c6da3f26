"""Parameters that are data: seeds with the columns parameter, value and why."""

import duckdb


class Parameters(dict[str, float]):
    """Values by name; one that is missing names the file to mend."""

    def __init__(self, seed: str, rows: list[tuple[str, float]]) -> None:
        super().__init__(rows)
        self.seed = seed

    def __missing__(self, name: str) -> float:
        raise ValueError(f"dbt_project/seeds/{self.seed}.csv lacks the parameter {name}")


def parameters(con: duckdb.DuckDBPyConnection, seed: str = "feature_parameters") -> Parameters:
    """All parameters of a seed as it was built."""
    return Parameters(seed, con.execute(f"select parameter, value from seeds.{seed}").fetchall())
