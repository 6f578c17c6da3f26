"""Shortest ways through a graph of records."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

Point = TypeVar("Point", bound=Hashable)
Edge = TypeVar("Edge")


def shortest(near: Mapping[Point, list[tuple[Point, Edge]]], start: Point, end: Point) -> list[Edge] | None:
    """The edges from one point to the other; None when nothing connects them. Of equal ways the first listed wins."""
    came: dict[Point, list[Edge]] = {start: []}
    queue = [start]
    for point in queue:
        for other, edge in near.get(point, []):
            if other not in came:
                came[other] = [*came[point], edge]
                queue.append(other)
    return came.get(end)
