"""Which encoding a delivery is in: declared and checked, or detected and proven. Never a guess that looks odd.

Order of proof: byte order mark; strict UTF-8 over the whole file; the pattern of UTF-16; then the candidates, each of
which must decode the lines in question without error, give the same bytes back, and read like its language.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from orchestration.ingestion.model import DeliveryRejected
from orchestration.ingestion.readers.stream import ByteStream

MARKS = {  # longest first: the mark of UTF-32 begins with the one of UTF-16
    b"\xff\xfe\x00\x00": "utf-32-le",
    b"\x00\x00\xfe\xff": "utf-32-be",
    b"\xef\xbb\xbf": "utf-8",
    b"\x84\x31\x95\x33": "gb18030",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
}
ALIASES = {
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "ascii": "utf-8",
    "gbk": "gb18030",  # the superset decodes every GBK text, and the same way
    "gb2312": "gb18030",
    "cp936": "gb18030",
    "windows-1252": "cp1252",
    "shift-jis": "shift_jis",
    "sjis": "shift_jis",
}
CANDIDATES = ("gb18030", "big5", "shift_jis", "cp1252")
SUPPORTED = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
ONE_BYTE = re.compile(r"(cp|latin|iso8859|iso-8859|windows-|koi8|mac|big5|gb|shift_jis|cp932|euc|johab)")
_PIECE = 4 << 20
_ENOUGH = 1 << 20  # bytes of lines outside ASCII to judge by
_SURE, _LEAD = 0.8, 0.15  # share of usual characters, and lead over the next candidate


@dataclass(frozen=True)
class Encoding:
    """A Python codec and the length of the byte order mark at the start of the file."""

    codec: str
    mark: int = 0

    @property
    def wide(self) -> bool:
        """Are line ends more than one byte?"""
        return self.codec.startswith(("utf-16", "utf-32"))


def resolve(stream: ByteStream, declared: str) -> Encoding:
    """The encoding to read with. Raises DeliveryRejected when declaration, mark and bytes contradict each other."""
    name = stream.path.name
    stream.seek(0)
    head = stream.read(4096)
    mark = next((mark for mark in MARKS if head.startswith(mark)), b"")
    marked = MARKS.get(mark)
    wanted = declared.strip().lower().replace("_", "-") if declared.lower() != "shift_jis" else "shift_jis"
    wanted = ALIASES.get(wanted, wanted)
    if wanted == "auto":
        return Encoding(marked, len(mark)) if marked else _detect(stream, head)
    if wanted in ("utf-16", "utf-32"):
        if marked and marked.startswith(wanted):
            return Encoding(marked, len(mark))
        guess = _wide_without_mark(head)
        if guess is None or not guess.startswith(wanted):
            raise _mismatch(name, wanted, "it has neither a byte order mark nor the bytes of it")
        return Encoding(guess)
    if marked and marked != wanted:
        raise _mismatch(name, declared, f"its byte order mark says {marked}")
    if wanted not in SUPPORTED and not ONE_BYTE.match(wanted):
        raise DeliveryRejected(
            "encoding_unsupported", f"{name}: `encoding: {declared}` is not an encoding that is read"
        )
    try:
        b"".decode(wanted)
    except LookupError as error:
        raise DeliveryRejected("encoding_unsupported", f"{name}: `encoding: {declared}` is unknown") from error
    encoding = Encoding(wanted, len(mark))
    if not encoding.wide and (guess := _wide_without_mark(head)):
        raise _mismatch(name, declared, f"its bytes look like {guess}")
    if wanted != "utf-8" and not encoding.wide:
        stream.seek(0)
        check_not_utf8(name, stream.read(_PIECE), wanted)
    return encoding


def check_not_utf8(name: str, data: bytes | memoryview, codec: str) -> None:
    """Refuse UTF-8 that is read as something else: it would decode to mojibake without an error.

    Text of another encoding is hardly ever valid UTF-8, except for a few characters, so eight are asked for.
    """
    try:
        text = str(data, "utf-8")
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            return
        text = str(data[: error.start], "utf-8")
    if not text.isascii() and sum(char > "\x7f" for char in text) >= 8:
        raise _mismatch(name, codec, "its bytes are valid UTF-8")


def _mismatch(name: str, declared: str, why: str) -> DeliveryRejected:
    return DeliveryRejected(
        "encoding_mismatch", f"{name}: declared as {declared}, but {why}; correct `encoding:` in the feed"
    )


def _wide_without_mark(head: bytes) -> str | None:
    """UTF-16 by its zero bytes: text with ASCII delimiters has them on one side only."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if len(head) < 4 or max(even, odd) < len(head) / 8:
        return None
    if even == 0:
        return "utf-16-le"
    return "utf-16-be" if odd == 0 else None


def _pieces(stream: ByteStream) -> Iterator[bytes]:
    """The stream cut at line ends."""
    stream.seek(0)
    rest = b""
    while piece := stream.read(_PIECE):
        cut = max(piece.rfind(b"\n"), piece.rfind(b"\r")) + 1
        yield rest + piece[:cut]
        rest = piece[cut:]
    yield rest


def _detect(stream: ByteStream, head: bytes) -> Encoding:
    if guess := _wide_without_mark(head):
        text = head[: len(head) // 4 * 4].decode(guess, "replace")
        if usual(text, guess) >= _SURE:
            return Encoding(guess)
    fine, other, size = 0, [], 0
    for piece in _pieces(stream):
        if piece.isascii():
            continue
        try:
            str(piece, "utf-8")
            fine += len(_FOREIGN_LINE.findall(piece))
            continue
        except UnicodeDecodeError:
            pass
        for line in _FOREIGN_LINE.findall(piece):
            try:
                str(line, "utf-8")
                fine += 1
            except UnicodeDecodeError:
                size += len(line)
                if size <= _ENOUGH:
                    other.append(line)
    if fine >= 3 * len(other):  # the few lines that are not UTF-8 are quarantined one by one
        return Encoding("utf-8")
    return Encoding(_best(stream.path.name, other))


def _best(name: str, lines: list[bytes]) -> str:
    sample = b"\n".join(lines)
    scores = {}
    for codec in CANDIDATES:
        try:
            text = sample.decode(codec)
            if text.encode(codec) == sample:
                scores[codec] = usual(text, codec)
        except UnicodeError:
            continue
    ranked = sorted(scores, key=scores.__getitem__, reverse=True)
    second = scores[ranked[1]] if len(ranked) > 1 else 0.0
    if not ranked or scores[ranked[0]] < _SURE or scores[ranked[0]] - second < _LEAD:
        raise DeliveryRejected(
            "encoding_unknown",
            f"{name}: not UTF-8, and the bytes do not settle which encoding it is; declare `encoding:` in the feed, "
            "for example gb18030, big5, shift_jis or cp1252",
        )
    return ranked[0]


_FOREIGN_LINE = re.compile(rb"[^\r\n]*[\x80-\xff][^\r\n]*")
_WESTERN = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœšžÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜŒŠŽ")
_MARKS_IN_TEXT = frozenset("€£¥§©®™°±²³½¼¾·«»‘’“”–—…•¿¡ºª×\xa0")
_FOREIGN_RUN = re.compile(r"[^\x00-\x7f]+")


def usual(text: str, codec: str) -> float:
    """Share, 0 to 1, of the characters outside ASCII that a text in this encoding usually has.

    0 when any character is a replacement, private use, unassigned or a control: signs of the wrong encoding.
    """
    foreign = [char for char in text if char > "\x7f"]
    if any(unicodedata.category(char) in ("Co", "Cn", "Cc") or char == "\ufffd" for char in set(foreign)):
        return 0.0
    if not foreign or codec.startswith("utf-"):
        return 1.0
    if codec == "cp1252":
        return sum(_western(text, run) for run in _FOREIGN_RUN.finditer(text)) / len(_FOREIGN_RUN.findall(text))
    common = {char for char in set(foreign) if _common(char, codec)}
    return sum(char in common for char in foreign) / len(foreign)


def _western(text: str, run: re.Match) -> bool:
    """A letter or two within a word, or a sign of print between ASCII."""
    chars = run.group()
    if len(chars) > 2:
        return False
    beside = text[max(run.start() - 1, 0) : run.start()] + text[run.end() : run.end() + 1]
    if any(char in _WESTERN for char in chars):
        return all(char in _WESTERN for char in chars) and any(char.isalpha() for char in beside)
    return all(char in _MARKS_IN_TEXT for char in chars)


def _common(char: str, codec: str) -> bool:
    """Is it on the first level of its character set (the 3,755, 5,401 or 2,965 usual ideographs), kana or a sign?"""
    if "\u3000" <= char <= "\u30ff" or "\uff01" <= char <= "\uff60" or char in _MARKS_IN_TEXT:
        return codec == "shift_jis" or not "\u3040" <= char <= "\u30ff"
    try:
        lead = char.encode("gb2312" if codec == "gb18030" else codec)[0]
    except UnicodeEncodeError:
        return False
    low, high = {"gb18030": (0xB0, 0xD7), "big5": (0xA4, 0xC6), "shift_jis": (0x88, 0x98)}[codec]
    return low <= lead <= high
