"""The connection to PostgreSQL, and its errors in words that name no password."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg

URL = "CRM_POSTGRES_URL"
_EXAMPLE = "postgresql://acrm:password@db.example.org:5432/crm"


class ServingError(Exception):
    """A release could not be served from PostgreSQL; what served before still serves. The message says what to do."""


class ServerBusy(ServingError):
    """Readers or another push hold what the switch needs; trying later helps."""


def address() -> str:
    """The address in CRM_POSTGRES_URL as libpq reads it; SQLAlchemy's spelling is taken as well."""
    url = os.environ.get(URL, "").strip()
    if not url:
        raise ServingError(f"{URL} is not set. It holds the address of the database, such as {_EXAMPLE}.")
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.split("+")[0] not in ("postgresql", "postgres"):
        raise ServingError(f"{URL} is no PostgreSQL address; it looks like {_EXAMPLE}.")
    return f"postgresql://{rest}"


@contextmanager
def connected(url: str) -> Iterator["psycopg.Connection"]:
    """A connection in autocommit whose every error, from opening it to closing it, is a ServingError."""
    import psycopg

    place = "the server"
    try:
        parts = psycopg.conninfo.conninfo_to_dict(url)
        place = f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}, database {parts.get('dbname', '?')}"
        with psycopg.connect(url, autocommit=True, connect_timeout=10, application_name="acrm release push") as con:
            con.execute("set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set client_encoding = 'UTF8'")
            con.execute("set client_min_messages = warning")
            yield con
    except psycopg.Error as error:
        state = error.sqlstate or ""
        if isinstance(error, psycopg.ProgrammingError) and not state:
            raise ServingError(f"{URL} cannot be read; it looks like {_EXAMPLE}.") from None
        if isinstance(error, psycopg.OperationalError) and state[:2] in ("", "08", "57"):
            raise ServingError(
                f"PostgreSQL ({place}) is not reachable or went away: {_said(error)}. "
                "What it served before still serves; run `acrm release push` again."
            ) from None
        raise ServingError(f"PostgreSQL ({place}) refused: {_said(error)}.") from None


def _said(error: "psycopg.Error") -> str:
    """The server's own sentence; never the values of rows, which DETAIL holds."""
    first = error.diag.message_primary or (str(error).strip().splitlines() or [type(error).__name__])[0]
    place = ".".join(part for part in (error.diag.schema_name, error.diag.table_name) if part)
    return first.rstrip(".") + (f" ({place})" if place else "")
