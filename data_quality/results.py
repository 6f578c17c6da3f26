"""The result of one check, whoever made it: Great Expectations, the volume gates or the reconciler."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

Severity = Literal["critical", "warning", "info"]

SHOWN_ROWS = 5  # sample rows kept per check and shown in messages


@dataclass(frozen=True)
class CheckResult:
    """What a check looked at and found. `rows` holds at most `SHOWN_ROWS` failing rows as column -> value.

    `evaluated` counts rows (or cells, for a check over cells) that were really looked at, `failed` those of them
    that broke the rule. Only a failed check of severity critical stops a release.
    """

    name: str
    layer: str
    passed: bool
    severity: Severity
    evaluated: int
    failed: int
    message: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    table: str = ""
    system: str | None = None

    @property
    def blocks(self) -> bool:
        return not self.passed and self.severity == "critical"

    def as_dict(self) -> dict[str, Any]:
        """The same as plain JSON values."""
        return json.loads(json.dumps(asdict(self), default=_plain, ensure_ascii=False))


class GateFailed(Exception):
    """Critical checks failed, so nothing is released. The message names each check with its failing rows."""

    def __init__(self, failed: list[CheckResult]) -> None:
        self.failed = failed
        many = f"{len(failed)} check{'s' if len(failed) > 1 else ''}"
        lines = [f"Not released: {many} failed; the previous release keeps serving."]
        super().__init__("\n".join(lines + [describe(result) for result in failed]))


def blocking(results: Iterable[CheckResult]) -> list[CheckResult]:
    """The results that forbid a release."""
    return [result for result in results if result.blocks]


def require(results: Iterable[CheckResult]) -> None:
    """Raise GateFailed when any critical check failed."""
    if failed := blocking(results):
        raise GateFailed(failed)


def describe(result: CheckResult) -> str:
    """One check in a few lines: name, message, and its sample rows."""
    text = f"  {result.layer}/{result.name}: {result.message}"
    for row in result.rows[:SHOWN_ROWS]:
        text += "\n    " + ", ".join(f"{column}={_plain(value)}" for column, value in row.items())
    return text


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)
