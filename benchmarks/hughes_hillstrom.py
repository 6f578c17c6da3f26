"""Hughes' test and roll-out on the real responses of the Hillstrom e-mail challenge (2008).

    python -m benchmarks.hughes_hillstrom FILE

Both mailed arms are the file, a purchase within two weeks is the response. The file has no count of purchases, so
cells are five by recency (months) and five by money (last year) inside each. Every nth name is the test, the rest
the roll-out.
"""

import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.marts_report import table
from ml import hughes

COSTS = (0.62, 0.30)
NET = 35.0


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


def _two(value: float) -> Decimal:
    return Decimal(f"{value:.2f}")


def report(path: Path) -> list[str]:
    """Lines of Markdown: both decisions, and the cells of the first with what each expects to earn."""
    found = {cost: decide(path, cost=cost, net=NET) for cost in COSTS}
    names = ("cost", "net_per_sale", "break_even_percent", "plan", "cells_mailed", "profit_of_the_roll_out")
    plans: list[tuple[object, ...]] = []
    for cost, result in found.items():
        given = (_two(cost), _two(NET), _two(100 * hughes.break_even(cost, NET)))
        plans.append((*given, "mail all", len(result.cells), _two(result.profit_all)))
        for plan, profit in (("roll_out", result.profit_raw), ("roll_out_shrunk", result.profit_shrunk)):
            plans.append((*given, plan, int(result.cells[plan].sum()), _two(profit)))
    first = found[COSTS[0]]
    response = f"{first.mailed:,} mailed, {first.responders} bought, response {first.responders / first.mailed:.2%}."
    cells = first.cells.drop(columns=["break_even", "index"]).round(4).round({"expected_profit": 2}).astype(object)
    lines = ["", "### Hughes' decision", "", response, "", *table(names, plans)]
    lines += ["", f"### Cells of the test at {COSTS[0]:.2f}", "", *table(list(cells), cells.to_numpy().tolist())]
    return lines


if __name__ == "__main__":
    print("\n".join(report(Path(sys.argv[1]))))
