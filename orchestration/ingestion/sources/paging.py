"""The pages of a REST resource. A short page is never taken for the last: servers cap the page size as they like."""

from collections.abc import Iterator
from typing import Any

from orchestration.ingestion.model import RestSource
from orchestration.ingestion.sources.http import Client, StatusError

Records = list[dict[str, Any]]


def pages(client: Client, source: RestSource, params: dict[str, str]) -> Iterator[Records]:
    """The records of each page in turn, until the server has no more."""
    if source.paging == "none":
        yield _records(client, source, client.get(source.url, params)[1])
    elif source.paging in ("page", "offset"):
        yield from _numbered(client, source, params)
    else:
        yield from _linked(client, source, params)


def _numbered(client: Client, source: RestSource, params: dict[str, str]) -> Iterator[Records]:
    """Pages by number or offset; `params` may name the first one where it is not 1 or 0."""
    position = int(params.get(source.page_param, 1 if source.paging == "page" else 0))
    before: Records = []
    while True:
        asked = params | {source.page_param: str(position), source.size_param: str(source.page_size)}
        try:
            _, page = client.get(source.url, asked)
        except StatusError as error:
            if error.status == 404 and before:
                return  # what some servers say behind the last page
            raise
        records = _records(client, source, page)
        if not records:
            return
        if records == before:
            raise client.error(f"the same records come again at {source.page_param}={position}; check page_param")
        yield records
        if source.next and not _at(page, source.next):
            return
        before = records
        position += 1 if source.paging == "page" else len(records)


def _linked(client: Client, source: RestSource, params: dict[str, str]) -> Iterator[Records]:
    """Pages that name the next one: by a token (cursor) or an address (link, in the header or in the page)."""
    if source.paging == "cursor" and not source.next:
        raise client.error("paging: cursor needs next, the path to the next token in a page")
    url, asked = source.url, params | {source.size_param: str(source.page_size)}
    seen: set[str] = set()
    while True:
        response, page = client.get(url, asked)
        yield _records(client, source, page)
        following = _at(page, source.next) if source.next else response.links.get("next", {}).get("url")
        if not following:
            return
        if following in seen:
            raise client.error(f"the next page {following!r} was read before; check next")
        seen.add(following)
        if source.paging == "cursor":
            asked = params | {source.size_param: str(source.page_size), source.page_param: str(following)}
        else:
            url, asked = str(following), {}


def _records(client: Client, source: RestSource, page: Any) -> Records:
    found = _at(page, source.records)
    if found is None and isinstance(page, dict) and _parent_has(page, source.records):
        return []  # some servers send null for an empty list
    if not isinstance(found, list):
        raise client.error(
            f"no list of records at {source.records!r}; the answer {_shape(page)}; set records to the path of the list"
        )
    if any(not isinstance(record, dict) for record in found):
        raise client.error(f"the list at {source.records!r} holds values, not objects with named fields; check records")
    return found


def _steps(path: str) -> list[str]:
    return [step for step in path.split(".") if step not in ("", "$")]


def _at(page: Any, path: str) -> Any:
    """The value at a dotted path, None where it is missing."""
    for step in _steps(path):
        page = page.get(step) if isinstance(page, dict) else None
    return page


def _parent_has(page: dict[str, Any], path: str) -> bool:
    *parents, name = _steps(path) or [""]
    return name in (_at(page, ".".join(parents)) or {})


def _shape(page: Any) -> str:
    if isinstance(page, dict):
        return f"is an object with {', '.join(map(str, list(page)[:12])) or 'no fields'}"
    return f"is a {'list' if isinstance(page, list) else 'single value'}"
