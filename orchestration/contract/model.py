"""Streams and their columns as objects."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from orchestration.own_yaml import read_yaml

STREAMS_DIR = Path(__file__).parent / "streams"

# Contract type -> DuckDB type of the raw column. Money and quantities share one exact decimal; a rate of exchange
# between a strong and a weak currency needs more digits behind the point.
SQL_TYPES = {
    "text": "varchar",
    "integer": "bigint",
    "decimal": "decimal(18,4)",
    "rate": "decimal(18,8)",
    "date": "date",
    "timestamp": "timestamp",
    "boolean": "boolean",
}

# Columns that the gate adds to every raw table. Timestamps are UTC without zone.
LINEAGE = {
    "_system": ("varchar", "Source system that delivered the row."),
    "_delivery_id": ("varchar", "Delivery the row came with; joins to ops.deliveries."),
    "_record_no": ("bigint", "Number of the physical record in the delivery, from 1."),
    "_version_at": ("timestamp", "Version of the row: the source's own, else the delivery's business time."),
    "_loaded_at": ("timestamp", "When the row was loaded (UTC)."),
    "_zone": ("varchar", "IANA time zone of the source; timestamps were converted from it to UTC."),
    "_extra": ("json", "Delivered columns that the contract does not know."),
}


@dataclass(frozen=True)
class Column:
    """One column of a stream."""

    name: str
    type: str
    about: str
    en: str
    zh: str
    required: bool = False
    pii: str = "none"
    allowed: tuple[str, ...] = ()
    min: str | None = None
    max: str | None = None
    unit: str | None = None
    references: str | None = None

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.type]


@dataclass(frozen=True)
class Stream:
    """One table of the input contract; `key` is unique within a system."""

    name: str
    domain: str
    about: str
    en: str
    zh: str
    key: tuple[str, ...]
    columns: dict[str, Column]
    requirements: tuple[str, ...] = ()
    version: str | None = None
    event_time: str | None = None
    key_by_content: bool = field(default=False)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns.values() if c.required)


def _column(name: str, spec: dict) -> Column:
    known = dict(spec)
    known["allowed"] = tuple(known.get("allowed", ()))
    for bound in ("min", "max"):
        if bound in known:
            known[bound] = str(known[bound])
    return Column(name=name, **known)


@cache
def streams() -> dict[str, Stream]:
    """All streams by name, in the order of the files and of the text in them."""
    found: dict[str, Stream] = {}
    for path in sorted(STREAMS_DIR.glob("*.yml")):
        for name, spec in read_yaml(path).items():
            columns = {c: _column(c, s) for c, s in spec.pop("columns").items()}
            spec["key"] = tuple(spec["key"])
            spec["requirements"] = tuple(spec.get("requirements", ()))
            if name in found:
                raise ValueError(f"{path.name}: stream {name} is declared twice")
            found[name] = Stream(name=name, domain=path.stem, columns=columns, **spec)
    return found
