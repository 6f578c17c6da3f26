"""Seconds of every model by scale, and how they grow: seconds ~ customers ** exponent between two scales."""

import math
from collections.abc import Mapping
from typing import Any

LEAST_SECONDS = 0.05  # below it a figure is the clock's and the planner's, not the data's
ALLOWED = 1.05


def seconds(figures: Mapping[str, Any], schemas: tuple[str, ...]) -> dict[str, float]:
    """Seconds of the models of some schemas in the figures of one scale, as benchmarks.raw_sql wrote them."""
    steps = figures["raw"]["steps"]
    return {step["model"]: step["seconds"] for step in steps if step["model"].split(".")[0] in schemas}


def exponent(few: float, many: float, times: float) -> float | None:
    """log(many / few) / log(times), or None where the smaller one is too short to be measured."""
    return math.log(many / few) / math.log(times) if few >= LEAST_SECONDS and many > 0 else None


def table(scales: Mapping[str, Mapping[str, Any]], schemas: tuple[str, ...] = ("marts", "intermediate")) -> list[str]:
    """Markdown: a row per model, slowest at the largest scale first, then their sum; the last column is the growth
    between the two largest scales, marked where it is above what is allowed. No rows without two scales."""
    names = sorted(scales, key=lambda name: scales[name]["customers"])
    if len(names) < 2:
        return []
    timed = {name: seconds(scales[name], schemas) for name in names}
    few, many = names[-2:]
    times = scales[many]["customers"] / scales[few]["customers"]
    models = sorted(set.intersection(*(set(timed[name]) for name in names)), key=lambda m: (-timed[many][m], m))
    lines = [f"| model | {' | '.join(f'{name} s' for name in names)} | growth {few} → {many} |"]
    lines.append("|---|" + "---:|" * (len(names) + 1))
    sums = {name: sum(timed[name][model] for model in models) for name in names}
    rows = [(model, {name: timed[name][model] for name in names}) for model in models] + [("all of them", sums)]
    for model, found in rows:
        grown = exponent(found[few], found[many], times)
        shown = "–" if grown is None else f"{grown:.2f}" + (" (above)" if grown > ALLOWED else "")
        lines.append(f"| {model} | {' | '.join(f'{found[name]:.2f}' for name in names)} | {shown} |")
    return lines
