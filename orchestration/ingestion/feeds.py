"""Feed files: YAML in, validated feeds out; mistakes as `file:line: field: what is wrong; what to write`.

Files, databases and web services of any system can be connected so (S177); no department's data stands alone (S028).
"""

import codecs
import re
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import available_timezones

import yaml
from pydantic import PrivateAttr, ValidationError

from orchestration.contract import streams
from orchestration.ingestion.expressions import ExpressionError, closest, parse
from orchestration.ingestion.model import Feed, FeedError, FilesSource, RestSource, SqlSource

Place = tuple[str | int, ...]

# pydantic error type -> what to write instead
HINTS = {
    "missing": "this field is needed; add it",
    "extra_forbidden": "no such field",
    "string_type": "must be text; put it in quotes",
    "string_pattern_mismatch": "must be lower-case letters, digits and _, beginning with a letter",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "tuple_type": "must be a list; write [a, b]",
    "dict_type": "must be a mapping; write `name: value` lines below it",
    "model_type": "must be a mapping; write `name: value` lines below it",
    "model_attributes_type": "must be a mapping; write `name: value` lines below it",
    "union_tag_not_found": "says no type; write `type: files`, `type: sql` or `type: rest`",
    "union_tag_invalid": "unknown type; write files, sql or rest",
}


class LocatedFeed(Feed):
    """A feed that remembers its file and the line of each of its fields."""

    _path: Path = PrivateAttr(default=Path("feed.yml"))
    _lines: dict = PrivateAttr(default_factory=dict)

    def error(self, place: Place, message: str) -> FeedError:
        """A FeedError that points at a field of this feed."""
        return _error(self._path, self._lines, place, message)


def located_error(feed: Feed, place: Place, message: str) -> FeedError:
    """A FeedError for any feed: with file and line where the feed came from a file, else with its name."""
    if isinstance(feed, LocatedFeed):
        return feed.error(place, message)
    return FeedError(f"feed {feed.feed}: {'.'.join(map(str, place))}: {message}")


def _error(path: Path, lines: dict[Place, int], place: Place, message: str) -> FeedError:
    known = next((place[:n] for n in range(len(place), -1, -1) if place[:n] in lines), ())
    field = ".".join(str(p) for p in place) or "file"
    return FeedError(f"{path}:{lines.get(known, 1)}: {field}: {message}")


def _plain(loader: yaml.SafeLoader, node: yaml.Node, place: Place, lines: dict[Place, int], path: Path) -> object:
    """The value of a YAML node; notes the line of every field and refuses a field that is written twice."""
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(loader, child, (*place, i), lines, path) for i, child in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return loader.construct_object(node)
    result: dict = {}
    for key_node, child in node.value:
        key = str(loader.construct_object(key_node))
        if key in result:
            raise FeedError(f"{path}:{key_node.start_mark.line + 1}: {key}: written twice; keep one")
        lines[(*place, key)] = key_node.start_mark.line + 1
        result[key] = _plain(loader, child, (*place, key), lines, path)
    return result


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise FeedError(f"{path}:1: file: is not UTF-8 (byte {error.start}); save it as UTF-8") from None
    except OSError as error:
        raise FeedError(f"{path}:1: file: cannot be read: {error.strerror}") from None


def _read(path: Path, text: str) -> tuple[object, dict[Place, int]]:
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise FeedError(f"{path}:{line}: file: is not valid YAML: {error.problem}; check indent and quotes") from None
    lines: dict[Place, int] = {}
    return ({} if node is None else _plain(loader, node, (), lines, path)), lines


def load_feed(path: Path) -> Feed:
    """Read and validate one feed file; FeedError lists every mistake found in it, one a line."""
    return _load(path, _text(path))


@lru_cache(maxsize=1024)  # every step of a run asks for all feeds
def _load(path: Path, text: str) -> Feed:
    data, lines = _read(path, text)
    if not isinstance(data, dict):
        raise FeedError(f"{path}:1: file: must be a mapping; begin with `feed: <name>`")
    try:
        feed = LocatedFeed.model_validate(data)
    except ValidationError as error:
        raise FeedError("\n".join(_told(path, lines, e) for e in error.errors())) from None
    feed._path, feed._lines = path, lines
    if mistakes := [*_source_mistakes(feed), *_stream_mistakes(feed)]:
        raise FeedError("\n".join(str(feed.error(place, message)) for place, message in mistakes))
    return feed


def _told(path: Path, lines: dict[Place, int], error: dict) -> str:
    """One pydantic error in plain words, at its line."""
    place = _place(error["loc"], lines)
    message = HINTS.get(error["type"], error["msg"].lower())
    if error["type"] == "extra_forbidden":
        message += closest(str(place[-1]), _fields(error["loc"])) or f"; known: {', '.join(_fields(error['loc']))}"
    elif error["type"] == "literal_error":
        message = f"{error['input']!r} is not known; write {error['ctx']['expected']}"
    elif error["type"] == "string_type" and isinstance(error["input"], bool):
        message = f"YAML reads an unquoted yes, no, on or off as {str(error['input']).lower()}; put it in quotes"
    elif error["type"] not in ("missing", "union_tag_not_found"):
        message += f" (found {error['input']!r})" if not isinstance(error["input"], dict | list) else ""
    return str(_error(path, lines, place, message))


def _place(loc: Place, lines: dict[Place, int]) -> Place:
    """Where a pydantic error stands in the file: without the type of the source, and the number of a route alone."""
    if loc[0] == "source":
        return loc[:1] + loc[2:]
    if loc[0] == "streams" and loc[2:3] == (0,) and loc[:3] not in lines:
        return loc[:2] + loc[3:]
    return loc


def _fields(loc: tuple) -> list[str]:
    """Names of the fields that may stand where an unknown one was found."""
    if loc[0] == "source" and len(loc) > 2:
        kinds = {"files": FilesSource, "sql": SqlSource, "rest": RestSource}
        return list(kinds[loc[1]].model_fields)
    return ["map", "where"] if loc[0] == "streams" else list(Feed.model_fields)


@cache
def _zones() -> set[str]:
    """IANA names; finding them walks a folder of 600 files."""
    return available_timezones()


def _source_mistakes(feed: Feed) -> list[tuple[Place, str]]:
    found: list[tuple[Place, str]] = []
    if feed.timezone not in _zones():
        hint = closest(feed.timezone, _zones()) or "; write an IANA name such as Europe/London"
        found.append((("timezone",), f"unknown time zone {feed.timezone!r}{hint}"))
    if feed.currency is not None and not re.fullmatch(r"[A-Z]{3}", feed.currency):
        found.append((("currency",), f"{feed.currency!r} is not an ISO 4217 code; write for example GBP"))
    source = feed.source
    if not isinstance(source, FilesSource):
        return found
    if source.encoding != "auto":
        try:
            codecs.lookup(source.encoding)
        except LookupError:
            text = f"unknown encoding {source.encoding!r}; write for example utf-8, gb18030, cp1252 or auto"
            found.append((("source", "encoding"), text))
    if len(source.delimiter) != 1:
        found.append((("source", "delimiter"), "must be one character"))
    if len(source.quote) > 1:
        found.append((("source", "quote"), 'must be one character, or "" for a file without quoting'))
    if not source.header and not source.columns and source.format in ("csv", "tsv"):
        found.append((("source", "header"), "false needs the column names; add columns: [a, b, c]"))
    if source.version is not None:
        try:
            groups = re.compile(source.version).groups
        except re.error as error:
            found.append((("source", "version"), f"not a regular expression: {error}"))
        else:
            if not groups:
                found.append((("source", "version"), r"needs a group around the date; for example _(\d{8})\.csv"))
    return found


def _stream_mistakes(feed: Feed) -> list[tuple[Place, str]]:
    found: list[tuple[Place, str]] = []
    if not feed.streams:
        found.append((("streams",), "names no stream; add at least one"))
    for name in feed.streams:
        if name not in streams():
            found.append((("streams", name), f"unknown stream{closest(name, streams())}"))
        elif not feed.streams[name]:
            found.append((("streams", name), "names no route; write `map:` below it"))
    for name, _, place, route in feed.routes():
        stream = streams().get(name)
        if stream is None:
            continue
        for column, text in route.map.items():
            if column not in stream.columns:
                near = closest(column, stream.columns) or f"; columns of {name}: {', '.join(stream.columns)}"
                found.append(((*place, "map", column), f"{name} has no column {column!r}{near}"))
            found += _expression_mistakes((*place, "map", column), text)
        filled = {"currency"} if feed.currency else set()
        for column in stream.required:
            if column not in route.map and column not in filled:
                text = f"required column {column!r} is not mapped; add `{column}: <expression>`"
                found.append(((*place, "map"), text))
        if route.where is not None:
            found += _expression_mistakes((*place, "where"), route.where)
    return found


def _expression_mistakes(place: Place, text: str) -> list[tuple[Place, str]]:
    try:
        parse(text)
    except ExpressionError as error:
        return [(place, str(error))]
    return []


def load_feeds(folder: Path) -> list[Feed]:
    """All feeds of a folder (*.yml, *.yaml), by name; FeedError lists the mistakes of all files together."""
    feeds: dict[str, tuple[Path, Feed]] = {}
    mistakes: list[str] = []
    for path in sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")]):
        try:
            feed = load_feed(path)
        except FeedError as error:
            mistakes.append(str(error))
            continue
        if feed.feed in feeds:
            first = feeds[feed.feed][0]
            message = f"{feed.feed!r} is already the name of {first}; choose another"
            mistakes.append(str(located_error(feed, ("feed",), message)))
        feeds.setdefault(feed.feed, (path, feed))
    if mistakes:
        raise FeedError("\n".join(mistakes))
    return [feed for _, (_, feed) in sorted(feeds.items())]
