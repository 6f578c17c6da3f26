"""What is there to do: feeds, the inputs of the next release, and whether they are any news. Only looks."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from orchestration.fingerprint import fingerprint, newest_day
from orchestration.settings import Settings


class NothingToDo(Exception):
    """There is no feed, or not one event in raw; the message says how to begin."""


@dataclass(frozen=True)
class Inputs:
    """What a release would be made of: the last day that counts, and the fingerprint of everything that enters."""

    as_of: date
    fingerprint: str


def feeds(settings: Settings) -> list[Any]:
    """The feeds of this warehouse by name. FeedError tells every mistake in them."""
    from orchestration.ingestion.feeds import load_feeds

    return load_feeds(settings.feeds)


def feeds_needed(settings: Settings) -> list[Any]:
    """The same, or NothingToDo with the first step to take."""
    if found := feeds(settings):
        return found
    raise NothingToDo(
        f"No feeds in {settings.feeds}. `acrm demo` makes a demo company with feeds; for your own data write a feed "
        "file there (docs/own-data.md) and try it with `acrm check`."
    )


def inputs(settings: Settings, as_of: date | None = None) -> Inputs:
    """What the next release would be made of. `as_of`: given, or CRM_AS_OF, or the newest local day with an event."""
    if not settings.work_db.exists():
        raise NothingToDo(f"{settings.home} holds no data yet; run `acrm run`.")
    with duckdb.connect(str(settings.work_db), read_only=True) as con:
        con.execute("set timezone = 'UTC'")
        day = as_of or settings.as_of or newest_day(con)
        if day is None:
            raise NothingToDo(
                "No delivery brought an event with a time, so there is no last day to analyse up to. "
                f"{_refused(con)}See `acrm status` for what arrived, or set CRM_AS_OF=YYYY-MM-DD."
            )
        return Inputs(day, fingerprint(con, settings, day))


def _refused(con: duckdb.DuckDBPyConnection) -> str:
    """How many records are in quarantine, and why the first is; nothing where none is."""
    found = con.execute("""
        select count(distinct (delivery_id, record_no)) over (), file_name, line_no, column_name, message
        from ops.quarantine where status = 'open' order by delivery_id, record_no, column_name limit 1""").fetchall()
    if not found:
        return ""
    ((records, file, line, column, message),) = found
    place = ", ".join([str(file), *([f"line {line}"] if line else []), *([column] if column else [])])
    return (
        f"{records:,} records are in quarantine; the first, {place}: {message}. "
        "When the feed is mended, `acrm quarantine reoffer` reads their files again. "
    )


def serving(settings: Settings) -> Any:
    """ReleaseInfo of the release that serves now; None when there is none or it is damaged."""
    from orchestration.release.files import current_id
    from orchestration.release.model import list_releases

    now = current_id(settings)
    return next((info for info in list_releases(settings) if info.release_id == now), None) if now else None


def has_news(settings: Settings, wanted: Inputs) -> bool:
    """Would a release made of `wanted` differ in its inputs from the newest one made?"""
    from orchestration.release.model import list_releases

    releases = list_releases(settings)
    return not releases or releases[-1].fingerprint != wanted.fingerprint or serving(settings) is None


def is_idle(settings: Settings, as_of: date | None = None) -> bool:
    """Is there plainly nothing to do: no file that no run has seen, no source to ask, the last release up to date?

    Looks without writing and in a fraction of a second, so that a run without news need not start anything.
    """
    from orchestration.ingestion.ingest import pending
    from orchestration.ingestion.model import FilesSource

    known = feeds(settings)
    if not known or not settings.work_db.exists() or any(not isinstance(f.source, FilesSource) for f in known):
        return False
    try:
        with duckdb.connect(str(settings.work_db), read_only=True) as con:
            if any(pending(feed, settings, con) for feed in known):
                return False
        return not has_news(settings, inputs(settings, as_of))
    except (duckdb.Error, NothingToDo):  # half a warehouse, or one in use: let the run itself find out and say
        return False
