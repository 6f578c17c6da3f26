"""A segmentation as its YAML file states it, and the one SQL expression that it comes down to."""

from dataclasses import dataclass
from pathlib import Path

from orchestration.ingestion.expressions import parse

KINDS = ("demographic", "geographic", "behavioural", "psychographic", "motive", "own")


class SegmentError(Exception):
    """A segment file is wrong. Each line of the message names file, line and what to do."""


@dataclass(frozen=True)
class SegmentClass:
    """One segment of a segmentation: the customers for whom `rule` is the first that holds."""

    name: str
    en: str
    zh: str
    rule: str


@dataclass(frozen=True)
class Segmentation:
    """A way to divide customers; every customer is in at most one of its segments.

    Either `classes` or `by`, an SQL expression whose values are the segments. `origin` is builtin or own.
    """

    name: str
    kind: str
    en: str
    zh: str
    about: str
    origin: str
    file: Path
    line: int
    classes: tuple[SegmentClass, ...] = ()
    by: str = ""

    @property
    def expression(self) -> str:
        """SQL of the segment that a customer is in, NULL for none."""
        if self.by:
            return self.by
        arms = " ".join(f"when ({each.rule}) then '{each.name}'" for each in self.classes)
        return f"case {arms} end"

    def as_variable(self) -> dict:
        """What dbt's macros read: plain texts, no paths."""
        classes = [{"name": c.name, "en": c.en, "zh": c.zh} for c in self.classes]
        return {
            "name": self.name,
            "kind": self.kind,
            "origin": self.origin,
            "expression": self.expression,
            "reads": sorted(column.casefold() for column in parse(self.expression).columns),
            "classes": classes,
        }
