"""Hughes' test and roll-out on the real responses of the Hillstrom e-mail challenge (2008).

    python -m benchmarks.hughes_hillstrom FILE

Both mailed arms are the file, a purchase within two weeks is the response. The file has no count of purchases, so
cells are five by recency (months) and five by money (last year) inside each. Every nth name is the test, the rest
the roll-out.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ml import hughes


@dataclass
class Decision:
    """What the test said and what the roll-out then earned; money in the unit of cost and net."""

    mailed: int
    responders: int
    cells: pd.DataFrame
    profit_all: float
    profit_raw: float
    profit_shrunk: float


def decide(path: Path, *, cost: float, net: float, test_size: int = 10_000) -> Decision:
    """Plans on the test names of the mailed arms and settles on all others, whose responses the plan never saw."""
    people = pd.read_csv(path)
    people = people[people["segment"] != "No E-Mail"].reset_index(drop=True)
    people["no"], people["r"] = people.index, -people["recency"]
    cells = hughes.nested_cells(people, ["r", "history"], by="no")
    is_test = np.zeros(len(people), bool)
    is_test[np.lexsort((people["no"], cells))[hughes.nth_names(len(people), test_size)]] = True
    bought = people["conversion"] == 1
    table = hughes.plan(cells, is_test, bought, cost=cost, net=net)

    def earned(chosen: pd.Series) -> float:
        return hughes.profit(cells.isin(table.loc[chosen, "cell"]) & ~is_test, bought, cost=cost, net=net)

    everyone = pd.Series(True, index=table.index)
    chosen = (everyone, table["roll_out"], table["roll_out_shrunk"])
    return Decision(len(people), int(bought.sum()), table, *map(earned, chosen))


def report(path: Path) -> None:
    """Prints both decisions, each with all its cells."""
    for cost in (0.62, 0.30):
        result = decide(path, cost=cost, net=35.0)
        rate = result.responders / result.mailed
        even = hughes.break_even(cost, 35.0)
        print(f"\ncost {cost:.2f}, net per sale 35.00, break-even {even:.2%}")
        print(f"{result.mailed:,} mailed, {result.responders} bought, response {rate:.2%}")
        print(f"profit of the roll-out if all are mailed {result.profit_all:,.0f}")
        for name, profit in (("roll_out", result.profit_raw), ("roll_out_shrunk", result.profit_shrunk)):
            print(f"  by {name}: {result.cells[name].sum()} of {len(result.cells)} cells, {profit:,.0f}")
        print(result.cells.round(4).to_string(index=False))


if __name__ == "__main__":
    report(Path(sys.argv[1]))
