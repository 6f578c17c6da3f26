"""One JSON object taken apart by the letter: numbers keep their digits, nested values their text."""

import json
from json.decoder import scanstring

from orchestration.ingestion.limits import LIMITS


class Broken(ValueError):
    """The record is no object of ours: rule and message."""

    def __init__(self, rule: str, message: str, column: str | None = None) -> None:
        super().__init__(message)
        self.rule, self.column = rule, column


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise Broken("duplicate_key", f"the key {twice!r} is there more than once")
    return found


def _no_number(constant: str) -> None:
    raise Broken("not_json", f"{constant} is not JSON; leave the value out or write null")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_number, parse_float=str, parse_int=str)


def _blank(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def fields(text: str) -> dict[str, str | None]:
    """Key -> text of the value; None for null. Raises Broken."""
    try:
        if text.count("[") + text.count("{") > LIMITS.json_depth:
            _check_depth(text)
        return _fields(text)
    except json.JSONDecodeError as error:
        raise Broken("not_json", f"not JSON at character {error.pos + 1}: {error.msg}") from error
    except RecursionError as error:
        raise Broken("too_deep", "nested too deeply") from error


def _fields(text: str) -> dict[str, str | None]:
    at = _blank(text, 0)
    if text[at : at + 1] != "{":
        _DECODER.decode(text)  # says what is wrong if it is not JSON at all
        raise Broken("not_an_object", "a record is a JSON object; this is another value")
    pairs: list[tuple[str, str | None]] = []
    at = _blank(text, at + 1)
    while text[at : at + 1] != "}":
        if pairs:
            if text[at : at + 1] != ",":
                raise json.JSONDecodeError("expecting ',' or '}'", text, at)
            at = _blank(text, at + 1)
        if text[at : at + 1] != '"':
            raise json.JSONDecodeError("expecting a key in double quotes", text, at)
        key, at = scanstring(text, at + 1, True)
        at = _blank(text, at)
        if text[at : at + 1] != ":":
            raise json.JSONDecodeError("expecting ':'", text, at)
        start = _blank(text, at + 1)
        value, at = _DECODER.raw_decode(text, start)
        pairs.append((key, value if isinstance(value, str) or value is None else text[start:at]))
        if isinstance(value, str):
            check_text(key, value)
        at = _blank(text, at)
    if _blank(text, at + 1) < len(text):
        raise json.JSONDecodeError("text after the object", text, at + 1)
    return _unique(pairs)


def decode_nested(text: str) -> None:
    """Check a nested value by itself. Raises Broken or ValueError."""
    if text.count("[") + text.count("{") >= LIMITS.json_depth:
        raise Broken("too_deep", "perhaps too deep, to be looked at in its record")
    _DECODER.decode(text)


def check_text(key: str, value: str) -> None:
    """Refuse characters that no column of text can hold. Raises Broken."""
    if "\0" in value:
        raise Broken("nul_byte", f"the value of {key!r} has a NUL character", key)
    if any("\ud800" <= char <= "\udfff" for char in value) if not value.isascii() else False:
        raise Broken("bad_encoding", f"the value of {key!r} has half a character (a lone surrogate)", key)


def _check_depth(text: str) -> None:
    depth = at = 0
    while at < len(text):
        char = text[at]
        if char == '"':
            at = scanstring(text, at + 1, False)[1]
            continue
        depth += (char in "[{") - (char in "]}")
        if depth > LIMITS.json_depth:
            raise Broken("too_deep", f"nested more than {LIMITS.json_depth} levels deep")
        at += 1
