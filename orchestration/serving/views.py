"""The views that people read: stable names over the tables of one release, masked and cut by the reader's role.

One view per table serves every role, so that a report runs unchanged whoever opens it: the view asks who reads. It
fails closed: who has none of the roles has no grant, and what no rule shows is masked.
"""

from dataclasses import dataclass

from orchestration.ingestion.store import literal, quoted
from orchestration.serving.described import described, rules
from orchestration.serving.types import postgres_type

MASK = "•••"
STORES = "acrm.store_managers"


@dataclass(frozen=True)
class Source:
    """A table of the release with its DuckDB columns, and where its rows lie in PostgreSQL."""

    schema: str
    name: str
    columns: tuple[tuple[str, str], ...]
    storage: str

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def view(self) -> str:
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    @property
    def stored(self) -> str:
        """Schemas share one storage schema, so the table's name there says both."""
        return f"{quoted(self.storage)}.{quoted(self.stored_name)}"

    @property
    def stored_name(self) -> str:
        return f"{self.schema}__{self.name}"

    @property
    def types(self) -> dict[str, str]:
        return {column: postgres_type(self.full_name, column, kind) for column, kind in self.columns}

    @property
    def has_store(self) -> bool:
        return "store_id" in dict(self.columns)


def readers(source: Source) -> list[str]:
    """The roles that are granted the view."""
    return [
        role
        for role, rule in rules()["roles"].items()
        if rule["rows"] == "all" or source.has_store or source.full_name in rules()["whole"]
    ]


def create(source: Source) -> str:
    """`create or replace view` for a table."""
    known = described(source.full_name)
    columns = ", ".join(
        _column(source, column, kind, known.pii_of(column, kind)) for column, kind in source.types.items()
    )
    # A barrier keeps a reader's own function from looking at rows before the rule has dropped them.
    barrier = " with (security_barrier)" if source.has_store else ""
    return f"create or replace view {source.view}{barrier} as select {columns} from {source.stored} as t{_rows(source)}"


def grants(source: Source) -> list[str]:
    """Statements that leave exactly the wanted roles with the right to read."""
    everyone = ", ".join(quoted(role) for role in rules()["roles"])
    allowed = ", ".join(quoted(role) for role in readers(source))
    return [f"revoke all on {source.view} from public, {everyone}", f"grant select on {source.view} to {allowed}"]


def _column(source: Source, column: str, kind: str, pii: str) -> str:
    name = f"t.{quoted(column)}"
    if not pii:
        return name
    shown = [role for role, rule in rules()["roles"].items() if pii in rule["sees"].get(source.full_name, ())]
    hidden = f"case when {name} is not null then '{MASK}' end" if kind == "text" else "null"
    value = f"case when {_is_in(shown)} then {name} else {hidden} end" if shown else hidden
    return f"cast({value} as {kind}) as {quoted(column)}"


def _rows(source: Source) -> str:
    if not source.has_store:
        return ""
    whole = [role for role, rule in rules()["roles"].items() if rule["rows"] == "all"]
    own = f"t.store_id in (select s.store_id from {STORES} as s where s.member = current_user)"
    return f" where {_is_in(whole)} or {own}"


def _is_in(roles: list[str]) -> str:
    """Whether the reader has one of the roles; in a subquery, so that it is asked once per query and not per row."""
    either = " or ".join(f"pg_has_role({literal(role)}, 'usage')" for role in roles)
    return f"(select {either})"
