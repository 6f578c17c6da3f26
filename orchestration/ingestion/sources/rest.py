"""A paged JSON resource, read into one file of JSON lines: a record a line, numbers digit for digit."""

import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from orchestration.ingestion.model import Feed, RestSource
from orchestration.ingestion.sources import cursor as cur
from orchestration.ingestion.sources.base import Extract, SourceError, file_name
from orchestration.ingestion.sources.http import Client, Number, dump
from orchestration.ingestion.sources.paging import pages


def extract_rest(feed: Feed, folder: Path, state: dict[str, Any]) -> Iterator[Extract]:
    """Read what is new since `state`; nothing is yielded when the same records came as before."""
    source: RestSource = feed.source  # type: ignore[assignment]
    if bool(source.cursor) != bool(source.cursor_param):
        raise SourceError(f"feed {feed.feed}: cursor and cursor_param belong together; give both or none")
    # Another address or other parameters are another source: what was read before says nothing about it.
    what = f"{source.url}|{sorted(source.params.items())}|{source.cursor}|{source.records}"
    identity = hashlib.sha256(what.encode()).hexdigest()[:16]
    before = state if state.get("source") == identity else {}
    try:
        overlap = cur.overlap_of(source.overlap)
        last = cur.from_state(before) if "last" in before else None
        start = None if last is None else cur.lower_bound(last, overlap, zone=True)
        part = folder / "records.part"
        reached = _download(feed, source, part, start, last)
        if reached is not None:
            reached = cur.not_after_now(reached, cur.utc_now(), zone=True)
        following = None if reached is None else cur.lower_bound(reached, overlap, zone=True)
        everything, window = _checksums(part, source.cursor, following)
    except cur.CursorError as error:
        raise SourceError(f"feed {feed.feed}: cursor {source.cursor}: {error}") from None
    if everything in (before.get("all"), before.get("window")) or part.stat().st_size == 0:
        part.unlink()
        return
    new_state = {"source": identity, "all": everything, "window": window}
    if reached is not None:
        new_state |= cur.to_state(reached)
    path = part.rename(folder / file_name(feed.feed, start, reached, ".jsonl"))
    yield Extract(path, path.name, new_state)


def _download(
    feed: Feed, source: RestSource, path: Path, start: cur.CursorValue | None, last: cur.CursorValue | None
) -> cur.CursorValue | None:
    """Write every record from `start` on into `path`; returns the highest cursor value known afterwards."""
    params = dict(source.params)
    if start is not None:
        params[source.cursor_param] = str(start)
    reached, fields = last, set()
    client = Client(feed, source)
    try:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for records in pages(client, source, params):
                for record in records:
                    file.write(dump(record) + "\n")
                    fields.update(record)
                    value = _cursor_value(record.get(source.cursor)) if source.cursor else None
                    if value is not None and (reached is None or cur.at_least(value, reached)):
                        reached = value
    except TypeError:
        raise client.error(f"cursor {source.cursor} is a number in some records and text in others") from None
    finally:
        client.close()
    if source.cursor and fields and source.cursor not in fields:
        raise client.error(f"no record has the cursor field {source.cursor}; they have {', '.join(sorted(fields))}")
    return reached


def _checksums(path: Path, cursor: str | None, following: cur.CursorValue | None) -> tuple[str, str]:
    """Of all records in `path`, and of those which the next run will read again (without cursor value: always)."""
    old, window = cur.Digest(), cur.Digest()
    with path.open(encoding="utf-8") as file:
        for line in file:
            value = None
            if following is not None:
                value = _cursor_value(json.loads(line, parse_int=Number, parse_float=Number).get(cursor))
            again = value is None or following is None or cur.at_least(value, following)
            (window if again else old).add(line)
    return str(old + window), str(window)


def _cursor_value(value: Any) -> cur.CursorValue | None:
    if isinstance(value, Number):
        return int(value) if value.lstrip("-").isdigit() else Decimal(value)
    if value is None or isinstance(value, str):
        return value
    raise cur.CursorError(f"a value is {dump(value)[:40]}; it must be a time, a number or text")
