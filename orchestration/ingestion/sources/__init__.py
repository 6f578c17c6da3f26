"""Systems that are asked for their data: SQL databases and REST services.

`extract` turns what is new in a system into a delivery file, which is then landed and checked like any other file.
The state that says how far a system was read is handed over with the file and committed with its rows; nothing here
remembers anything, so a run that dies is simply repeated.
"""

import shutil
from collections.abc import Iterator
from typing import Any

from orchestration.ingestion.model import Feed, SqlSource
from orchestration.ingestion.sources.base import Extract, SourceError
from orchestration.settings import Settings

__all__ = ["Extract", "SourceError", "extract"]


def extract(feed: Feed, settings: Settings, state: dict[str, Any]) -> Iterator[Extract]:
    """What is new in the feed's system since `state` (empty: everything), as files below CRM_HOME.

    A file lives until the iterator is advanced or closed. Raises SourceError (a FeedError) when the system cannot be
    read or the feed does not fit it.
    """
    folder = settings.home / "tmp" / feed.feed
    shutil.rmtree(folder, ignore_errors=True)  # left by a run that died
    folder.mkdir(parents=True)
    try:
        if isinstance(feed.source, SqlSource):
            from orchestration.ingestion.sources.sql import extract_sql

            yield from extract_sql(feed, folder, dict(state))
        else:
            from orchestration.ingestion.sources.rest import extract_rest

            yield from extract_rest(feed, folder, dict(state))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
