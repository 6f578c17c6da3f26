"""Names read into parts that can be compared: `Name(given, forms, family)` and a company's core name.

Latin letters lose case, marks and titles; Chinese names become pinyin (where pypinyin is installed), compound surnames
whole; a nickname stands beside the names it may be short for. Vocabulary is data: dbt_project/seeds/identity_words.csv.
"""

import csv
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache

from orchestration.settings import DBT_PROJECT

HAN = re.compile(r"[㐀-䶿一-鿿]")
NOT_A_NAME = re.compile(r"[\d@/_#]")
WORD = re.compile(r"[a-z]+|[㐀-䶿一-鿿]+")
JOINED = re.compile(r"(?<=[a-z])(?=[A-Z])")
U_UMLAUT = re.compile(r"([ln])(?:v|yu)(e?)")  # pinyin without its dots: Lü as a passport or a keyboard writes it
LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "'": None, "’": None, ".": " "})
# Letters of other alphabets that pass for Latin ones, in lower case (В and Н are small в and н).
ALIKE = str.maketrans("авекмнорстухіјѕαικνορ", "abekmhopctyxijsaikvop")
MIXED = re.compile(r"(?=\w*[a-z])\w*[\u0370-\u03ff\u0400-\u04ff]\w*")


@dataclass(frozen=True)
class Name:
    """A person's name. `forms` is |a|b| of every given name it may stand for; all parts empty when it is no name."""

    given: str = ""
    forms: str = ""
    family: str = ""


@cache
def words(kind: str) -> dict[str, tuple[str, ...]]:
    """A word list of the seed: word -> what it stands for (empty where the list has no second column)."""
    found: dict[str, list[str]] = defaultdict(list)
    with (DBT_PROJECT / "seeds" / "identity_words.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["kind"] == kind:
                found[row["word"]].append(row["stands_for"])
    return {word: tuple(meant) for word, meant in found.items()}


def clean(text: str) -> str:
    """NFKC without characters that nobody sees (zero-width blanks, byte order marks)."""
    text = unicodedata.normalize("NFKC", text)
    return text if text.isascii() else "".join(c for c in text if unicodedata.category(c) != "Cf")


def plain(text: str) -> str:
    """NFKC, lower case, Latin letters without marks, also where a letter only looks Latin; Han stays."""
    text = clean(text).casefold().translate(LETTERS)
    if text.isascii():
        return text
    text = MIXED.sub(lambda word: word[0].translate(ALIKE), text)
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


@lru_cache(1 << 16)
def pinyin(han: str) -> str:
    """Syllables of a Chinese text without tones and dots, together; the text itself where pypinyin is missing."""
    try:
        from pypinyin import lazy_pinyin
    except ImportError:
        return han
    return "".join(lazy_pinyin(han, errors="ignore")).replace("v", "u")


@lru_cache(1 << 16)
def family_pinyin(han: str) -> str:
    """As `pinyin`, by the reading that a character has as a surname (单 shan, 曾 zeng)."""
    return words("surname_reading").get(han, (pinyin(han),))[0]


@lru_cache(1 << 18)
def person(given: str, family: str, full: str, handle: str = "") -> Name:
    """The name of a record that gives it in parts, or whole, or both (the parts count).

    The word that a handle begins with settles what a nickname is short for (Chris of christopher.52).
    """
    if not (given or family):
        given, family = split(full)
    elif not family and " " in given.strip():
        given, family = split(given)
    first, last = _given(given), _family(family)
    if handle and f"|{handle}|" in _forms(first):
        first = handle
    return Name(first, _forms(first), last)


def split(full: str) -> tuple[str, str]:
    """Given and family name of a whole name; two empty texts for what is no name (a handle, a nickname with digits)."""
    text = clean(full or "").strip()
    if not text or NOT_A_NAME.search(text):
        return "", ""
    if HAN.search(text) and not re.search("[A-Za-z]", text):
        return _split_han(text)
    first, comma, rest = text.partition(",")
    if comma and (given := _untitled(rest.replace(",", " "))) and (family := _untitled(first)):
        return " ".join(given), " ".join(family)
    parts = _untitled(text.replace(",", " "))
    if len(parts) == 1 and plain((halves := JOINED.sub(" ", parts[0]).split())[0]) not in words("particle"):
        parts = halves
    if len(parts) < 2:
        return "", ""
    han = [p for p in parts if HAN.search(p)]
    if len(han) == 1 and len(parts) == 2:  # one part in Han: a surname that stands in the list, else a given name
        other = next(p for p in parts if p != han[0])
        return (other, han[0]) if _is_surname(han[0]) else (han[0], other)
    first, last = plain(parts[0]), plain(parts[-1])
    if first in words("pinyin_surname") and last not in words("pinyin_surname") and len(parts) == 2:
        return parts[1], parts[0]
    size = 1
    while size < len(parts) - 1 and plain(parts[-size - 1]).strip() in words("particle"):
        size += 1
    return " ".join(parts[:-size]), " ".join(parts[-size:])


def _untitled(text: str) -> list[str]:
    """Words of a name: neither titles nor what has no letter (an emoji)."""
    return [p for p in text.split() if WORD.search(read := plain(p)) and read.strip() not in words("title")]


def _split_han(text: str) -> tuple[str, str]:
    parts = text.split()
    if len(parts) == 2:
        return (parts[0], parts[1]) if _is_surname(parts[1]) and not _is_surname(parts[0]) else (parts[1], parts[0])
    text = "".join(parts)
    size = 2 if len(text) > 2 and text[:2] in words("surname") else 1
    if len(text) <= size or len(text) > size + 2 or not _is_surname(text[:size]):
        return "", ""
    return text[size:], text[:size]


def _is_surname(han: str) -> bool:
    return han in words("surname")


def _given(text: str) -> str:
    if HAN.search(text):
        return pinyin("".join(HAN.findall(text)))
    tokens = [t for t in WORD.findall(plain(text)) if t not in words("title")]
    return _undotted(tokens[0]) if tokens else ""


def _family(text: str) -> str:
    if HAN.search(text):
        return family_pinyin("".join(HAN.findall(text)))
    return _undotted("".join(t for t in WORD.findall(plain(text)) if t not in words("title")))


def _undotted(word: str) -> str:
    found = U_UMLAUT.fullmatch(word)
    return f"{found[1]}u{found[2]}" if found else word


def _forms(given: str) -> str:
    return "|" + "|".join(sorted(words("nickname").get(given, (given,)))) + "|" if given else ""


@lru_cache(1 << 16)
def company(text: str) -> str:
    """Core of a company's name: without legal form, punctuation and place in brackets, words in order."""
    text = re.sub(r"\(.*?\)", " ", plain(text or ""))
    for suffix in sorted(words("company_suffix_han"), key=len, reverse=True):
        text = text.removesuffix(suffix)
    tokens = re.findall(r"[\w&]+", text)
    while len(tokens) > 1 and tokens[-1] in words("company_suffix"):
        tokens.pop()
    return " ".join(tokens)
