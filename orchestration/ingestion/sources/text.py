"""Values of a database as text, digit for digit."""

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any


def to_text(value: Any) -> str | None:
    """A Python value of a database driver as the text that the gate casts by contract; None stays None."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=to_text)
    return str(value)


def send_as_text(connection: Any) -> None:
    """Let a psycopg connection hand over PostgreSQL's own text of every type.

    Python would lose the digits of numbers in JSON and refuse dates such as `infinity` or 20000-01-01; and converting
    costs more than reading. Booleans and bytes are put into the form of `to_text`.
    """
    from psycopg.adapt import Loader

    class Text(Loader):
        def load(self, data: Any) -> str:
            return bytes(data).decode()

    class Hex(Loader):
        def load(self, data: Any) -> str:
            return bytes(data).decode().removeprefix("\\x")

    class Truth(Loader):
        def load(self, data: Any) -> str:
            return "true" if bytes(data) == b"t" else "false"

    for known in connection.adapters.types:
        connection.adapters.register_loader(known.oid, Text)
    connection.adapters.register_loader("bytea", Hex)
    connection.adapters.register_loader("bool", Truth)
