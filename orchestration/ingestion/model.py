"""The nouns of ingestion: feeds as validated data, chunks of records, and what can go wrong with them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Literal, Protocol

import pyarrow as pa
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from orchestration.ingestion.tidy import tidy_columns


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FilesSource(_Strict):
    """Files of one shape, found by glob. Relative paths start at CRM_HOME; `${NAME}` takes an environment variable."""

    type: Literal["files"]
    path: str
    format: Literal["csv", "tsv", "jsonl", "parquet", "excel"] = "csv"
    encoding: str = "utf-8"  # a Python codec name, or "auto": detected and proven by a round trip
    delimiter: str = ","
    quote: str = '"'
    header: bool = True
    columns: tuple[str, ...] = ()  # names of the columns of a file without header
    sheet: str | None = None  # Excel: first visible sheet unless named
    version: str | None = None  # regular expression; its first group in the file name is the delivery's business date


class SqlSource(_Strict):
    """A table or query of a database. `url_env` names the environment variable that holds the SQLAlchemy URL."""

    type: Literal["sql"]
    url_env: str
    table: str | None = None
    query: str | None = None
    cursor: str | None = None  # column that only grows; a run takes rows from the last value less the overlap
    overlap: str = "0s"  # for example 15m, 2h, 1d; plain number for a numeric cursor
    max_missing: float = Field(0.3, ge=0, le=1)  # without cursor: share of the last snapshot that may vanish
    keep_missing: bool = False  # without cursor: what the source shows no more stays, as from its last days only
    chunk_rows: int = 50_000


class RestSource(_Strict):
    """A paged JSON resource."""

    type: Literal["rest"]
    url: str
    records: str = "$"  # path to the list of records in a page, for example data.items
    auth: Literal["none", "bearer", "basic", "header"] = "none"
    auth_env: str | None = None  # environment variable that holds the secret
    auth_header: str = "X-Api-Key"
    paging: Literal["none", "page", "offset", "cursor", "link"] = "none"
    page_param: str = "page"
    page_size: int = 100
    size_param: str = "page_size"
    next: str | None = None  # path to the next cursor or address in a page
    cursor: str | None = None  # field that only grows
    cursor_param: str | None = None  # query parameter that asks for records from a cursor value on
    overlap: str = "0s"
    max_missing: float = Field(0.3, ge=0, le=1)  # without cursor: share of the last snapshot that may vanish
    keep_missing: bool = False  # without cursor: what the source shows no more stays, as from its last days only
    params: dict[str, str] = Field(default_factory=dict)
    requests_per_second: float = 5
    retries: int = 5
    timeout_seconds: float = 30


Source = Annotated[FilesSource | SqlSource | RestSource, Field(discriminator="type")]


class Route(_Strict):
    """How the records of a delivery fill one stream: which records, and an SQL expression per stream column.

    Expressions are DuckDB SQL over the delivered columns, all of them text. A record is offered to a route when
    `where` is true (empty: always); a record that no route takes is quarantined as `no_route`. A record that several
    routes of a stream take becomes several rows of it, and is counted once for each.
    """

    map: dict[str, str]
    where: str | None = None


Routes = Annotated[tuple[Route, ...], BeforeValidator(lambda written: written if _listed(written) else (written,))]


def _listed(written: object) -> bool:
    return isinstance(written, list | tuple)


class Feed(_Strict):
    """One YAML file of CRM_HOME/feeds: where deliveries come from, and which streams they fill."""

    feed: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    system: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    about: str = ""
    source: Source
    streams: dict[str, Routes]  # one route, or a list of them
    timezone: str = "UTC"
    currency: str | None = None  # fills a stream's currency column that the map leaves out
    date_order: Literal["iso", "dmy", "mdy"] = "iso"
    decimal_comma: bool = False
    unknown_columns: Literal["evolve", "freeze", "discard_value"] = "evolve"
    nulls: tuple[str, ...] = ("",)  # texts that mean "no value"; compared after trimming

    def routes(self) -> Iterator[tuple[str, int, tuple[str | int, ...], Route]]:
        """Every route with its stream, its number in the stream (from 1) and its place in the file."""
        for name, routes in self.streams.items():
            for number, route in enumerate(routes, 1):
                yield name, number, ("streams", name, *([number - 1] if len(routes) > 1 else [])), route


@dataclass(frozen=True)
class BadRecord:
    """A physical record that a reader could not turn into columns; `content` holds its bytes as delivered."""

    record_no: int
    content: bytes
    rule: str
    message: str
    line_no: int | None = None
    column: str | None = None
    value: str | None = None


@dataclass(frozen=True)
class Chunk:
    """Consecutive physical records: `table` has text columns and `_record_no` (int64); `bad` has the others.

    A Parquet reader opened with `typed=True` hands its columns over in their own types.

    Always `records == table.num_rows + len(bad)`, where `records` was counted by the scanner before parsing.
    """

    records: int
    table: pa.Table
    bad: list[BadRecord] = field(default_factory=list)

    @cached_property
    def tidy(self) -> frozenset[str]:
        """Columns that need no trimming; asked for in the thread that reads, which has the time."""
        return tidy_columns(self.table)


class Reader(Protocol):
    """An open delivery file."""

    columns: list[str]
    encoding: str | None

    def chunks(self) -> Iterator[Chunk]:
        """All records, in order, in bounded memory."""

    def record_bytes(self, record_nos: Sequence[int]) -> dict[int, bytes]:
        """The bytes of the named records as delivered (for quarantine of what the gate refuses)."""

    def line_numbers(self, record_nos: Sequence[int]) -> dict[int, int]:
        """First physical line (from 1) of the named records; empty where the format has no lines."""


class DeliveryRejected(Exception):
    """The whole delivery cannot be trusted. `reason` is a short code, the message says where and what to do.

    `records` is the number of physical records the scanner could count in it (0 when none could be told apart).
    """

    def __init__(self, reason: str, message: str, records: int = 0) -> None:
        super().__init__(message)
        self.reason = reason
        self.records = records


class FeedError(Exception):
    """A feed file is wrong. The message begins with `file:line:` and says what to change."""
