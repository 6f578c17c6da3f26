"""Lists of dictionaries as plain terminal tables."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table


def console(**options: Any) -> Console:
    """A console that prints text as it is, and wide tables into files and pipes."""
    made = Console(highlight=False, soft_wrap=True, **options)
    if not made.is_terminal:
        made.width = 200
    return made


def table(title: str, lines: Iterable[dict[str, Any]], hide: tuple[str, ...] = ()) -> Table:
    """A table with the keys of the first line as columns; numbers to the right."""
    lines = list(lines)
    made = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    names = [name for name in (lines[0] if lines else {"nothing": ""}) if name not in hide]
    for name in names:
        numeric = any(isinstance(line.get(name), int) for line in lines)
        made.add_column(name.replace("_", " "), justify="right" if numeric else "left", overflow="fold")
    for line in lines:
        made.add_row(*(_cell(line.get(name)) for name in names))
    return made


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return str(value).replace("[", r"\[")
