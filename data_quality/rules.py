"""Rules as data, before any library runs them: generated from the input contract, or declared in YAML."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from data_quality.results import Severity
from orchestration.contract import LINEAGE, Stream, streams
from orchestration.ingestion.store import literal, quoted
from orchestration.own_yaml import read_yaml

HERE = Path(__file__).parent
MARTS = HERE / "marts.yml"
PLAUSIBLE = HERE / "plausible.yml"

Kind = Literal["filled", "one_of", "between", "matches", "unique", "not_before", "columns"]


@dataclass(frozen=True)
class Rule:
    """One expectation: what must hold for which columns, how bad a breach is, and why it is expected."""

    kind: Kind
    columns: tuple[str, ...]
    severity: Severity
    notes: str
    allowed: tuple[Any, ...] = ()
    low: Any = None
    high: Any = None
    pattern: str | None = None

    def breach(self) -> str | None:
        """SQL that is true for a row that breaks the rule; None where that takes more than the row."""
        names = [quoted(column) for column in self.columns]
        match self.kind:
            case "filled":
                return f"{names[0]} is null"
            case "one_of":
                return f"{names[0]} not in ({', '.join(_sql(value) for value in self.allowed)})"
            case "between":
                bounds = [(self.low, "<"), (self.high, ">")]
                return " or ".join(f"{names[0]} {sign} {_sql(bound)}" for bound, sign in bounds if bound is not None)
            case "matches":
                return f"not regexp_matches({names[0]}, {_sql(self.pattern)})"
            case "not_before":
                return f"{names[0]} < {names[1]}"
        return None

    @property
    def name(self) -> str:
        return f"{self.kind}({', '.join(self.columns[:4])}{', …' if len(self.columns) > 4 else ''})"


@dataclass(frozen=True)
class Suite:
    """The rules of one table. `may_be_empty` says that no rows are no fault."""

    schema: str
    table: str
    rules: tuple[Rule, ...]
    key: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    may_be_empty: bool = False

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.table}"


def raw_suites() -> list[Suite]:
    """One suite per stream of the input contract; streams nobody delivers are empty and that is fine."""
    plausible = _load(PLAUSIBLE)
    if unknown := plausible.keys() - streams().keys():
        raise ValueError(f"{PLAUSIBLE.name}: no such stream: {', '.join(sorted(unknown))}")
    return [
        Suite(
            schema="raw",
            table=stream.name,
            rules=(*_contract_rules(stream), *_declared_rules(plausible.get(stream.name, {}))),
            key=("_delivery_id", "_record_no"),
            may_be_empty=True,
        )
        for stream in streams().values()
    ]


def mart_suites(path: Path = MARTS) -> list[Suite]:
    """The suites of released tables, declared by hand."""
    return [_mart_suite(name, spec or {}) for name, spec in _load(path).items()]


def personal_columns() -> frozenset[str]:
    """Names of columns whose values are about a person and stay out of messages and pages."""
    columns = (column for stream in streams().values() for column in stream.columns.values())
    named = {column.name for column in columns if column.pii in ("direct", "quasi")}
    return frozenset(named | {f"{name}_norm" for name in named} | {"full_name"})


def _contract_rules(stream: Stream) -> Iterator[Rule]:
    served = f" ({', '.join(stream.requirements)})" if stream.requirements else ""
    yield Rule("columns", (*stream.columns, *LINEAGE), "critical", f"Columns of the input contract{served}.")
    told_apart = (*stream.key, *(stream.required if stream.key_by_content else ()))  # a record may take several routes
    row = tuple(dict.fromkeys(("_delivery_id", "_record_no", *told_apart)))
    yield Rule("unique", row, "critical", "A record makes a row of a stream once.")
    for column in stream.columns.values():
        if column.required:
            yield Rule("filled", (column.name,), "critical", f"Required: {column.about}")
        if column.allowed:
            yield Rule("one_of", (column.name,), "critical", f"Allowed values: {column.about}", allowed=column.allowed)
        if column.min is not None or column.max is not None:
            low, high = (_bound(column.type, bound) for bound in (column.min, column.max))
            yield Rule("between", (column.name,), "critical", f"Range: {column.about}", low=low, high=high)


def _mart_suite(full_name: str, spec: dict[str, Any]) -> Suite:
    schema, _, table = full_name.partition(".")
    key = tuple(spec.pop("key", ()))
    events = tuple(spec.pop("events", ()))
    may_be_empty = spec.pop("may_be_empty", False)
    rules = [Rule("unique", key, "critical", "Key of the table.")] if key else []
    rules += [Rule("filled", (column,), "critical", "Part of the key.") for column in key]
    rules += _declared_rules(spec)
    return Suite(schema, table, tuple(rules), key, events, may_be_empty)


def _declared_rules(spec: dict[str, Any]) -> list[Rule]:
    """Rules of one table in YAML: `filled`, `one_of`, `between`, `matches`, `not_before`, each a list of entries."""
    made = []
    for kind, entries in spec.items():
        if kind not in ("filled", "one_of", "between", "matches", "not_before"):
            raise ValueError(f"unknown kind of rule: {kind}")
        for entry in entries:
            known = dict(entry)
            columns = known.pop("columns", None) or [known.pop("column")]
            bounds = {bound: _iso_date(known.pop(bound, None)) for bound in ("low", "high")}
            allowed = tuple(known.pop("allowed", ()))
            made.append(Rule(kind, tuple(columns), allowed=allowed, **bounds, **known))
    return made


def _bound(column_type: str, bound: str | None) -> Any:
    if bound is None:
        return None
    return bound if column_type in ("date", "timestamp") else float(bound)


def _sql(value: Any) -> str:
    return literal(value) if isinstance(value, str) else repr(value)


def _iso_date(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _load(path: Path) -> dict[str, Any]:
    return read_yaml(path) or {}
