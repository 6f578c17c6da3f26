"""Feed files: every mistake is told with file, line and what to write."""

from pathlib import Path

import pytest

from orchestration.ingestion.expressions import ExpressionError, bind, parse
from orchestration.ingestion.feeds import load_feed, load_feeds
from orchestration.ingestion.model import FeedError

GOOD = """\
feed: shop
system: shop
source:
  type: files
  path: in/*.csv
streams:
  orders:
    map:
      order_ref: no
      ordered_at: sold
"""


def _load(tmp_path: Path, text: str):
    path = tmp_path / "shop.yml"
    path.write_text(text, encoding="utf-8")
    return load_feed(path)


def test_a_good_feed_loads(tmp_path: Path) -> None:
    feed = _load(tmp_path, GOOD.replace(": no\n", ": '\"no\"'\n"))
    assert feed.streams["orders"][0].map == {"order_ref": '"no"', "ordered_at": "sold"}


MISTAKES = {
    "unknown field": (GOOD + "timezon: UTC\n", 11, "timezon: no such field; did you mean 'timezone'?"),
    "unknown source field": (GOOD.replace("  path:", "  pth: x\n  path:"), 5, "source.pth: no such field"),
    "unknown stream": (GOOD.replace("orders:", "ordres:"), 7, "unknown stream; did you mean 'orders'?"),
    "unknown column": (GOOD.replace("ordered_at:", "ordred_at:"), 10, "did you mean 'ordered_at'?"),
    "required column": (GOOD.replace("      ordered_at: sold\n", ""), 8, "required column 'ordered_at' is not mapped"),
    "no source type": (GOOD.replace("type: files", "kind: files"), 3, "type: files"),
    "unknown zone": (GOOD + "timezone: Europe/Londn\n", 11, "did you mean 'Europe/London'?"),
    "currency": (GOOD + "currency: pounds\n", 11, "write for example GBP"),
    "date order": (GOOD + "date_order: ymd\n", 11, "'iso', 'dmy' or 'mdy'"),
    "encoding": (GOOD.replace("  path:", "  encoding: utf-99\n  path:"), 5, "unknown encoding"),
    "version group": (GOOD.replace("  path:", "  version: '\\d+'\n  path:"), 5, "needs a group around the date"),
    "version regex": (GOOD.replace("  path:", "  version: '('\n  path:"), 5, "not a regular expression"),
    "yaml yes": (GOOD.replace(": sold", ": yes"), 10, "put it in quotes"),
    "expression": (GOOD.replace(": sold", ": 'sold +'"), 10, "not a valid SQL expression"),
    "two expressions": (GOOD.replace(": sold", ": 'sold), (sold'"), 10, "must be one expression"),
    "query": (GOOD.replace(": sold", ": '(select 1)'"), 10, "subquery is not allowed"),
    "a name of words": (GOOD.replace(": sold", ": Sold On"), 10, "write '\"Sold On\"' with both quotes"),
    "statement": (GOOD.replace(": sold", ": 'sold); drop table x; select (1'"), 10, "not a valid SQL expression"),
    "written twice": (GOOD + "feed: other\n", 11, "written twice"),
    "bad yaml": (GOOD + "  : : {\n", 11, "is not valid YAML"),
    "name": (GOOD.replace("feed: shop", "feed: Shop 1"), 1, "lower-case letters"),
    "no streams": (GOOD[: GOOD.index("streams")] + "streams: {}\n", 6, "at least one"),
}


@pytest.mark.parametrize(("text", "line", "hint"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_its_line_and_a_way_out(tmp_path: Path, text: str, line: int, hint: str) -> None:
    with pytest.raises(FeedError) as caught:
        _load(tmp_path, text.replace("order_ref: no", "order_ref: number"))
    message = str(caught.value)
    assert message.startswith(f"{tmp_path}/shop.yml:{line}: "), message
    assert hint in message


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(GOOD.replace(": no\n", ": n\n"))
    (tmp_path / "b.yml").write_text(GOOD.replace(": no\n", ": n\n"))
    (tmp_path / "c.yml").write_text(GOOD.replace("orders:", "order:").replace(": no\n", ": n\n") + "currency: x\n")
    with pytest.raises(FeedError) as caught:
        load_feeds(tmp_path)
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert any("b.yml:1: feed: 'shop' is already the name of" in line for line in lines)


HOSTILE = [
    'x"; drop table raw.orders; --',
    "$$",
    "a'b",
    'a"b',
    "select",
    "列",
    "💥",
    "a\\b",
    "x\ty",
    " lead",
    "_m0",
    "%s",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_column_names_are_only_names(name: str) -> None:  # F-92
    quoted = '"' + name.replace('"', '""') + '"'
    bind(f"upper({quoted})", [name, "other"])
    assert parse(quoted).bare == name


def test_a_column_that_was_not_delivered_is_named_with_those_that_were() -> None:
    with pytest.raises(
        ExpressionError, match=r"no column 'prise' was delivered; did you mean 'price'\?.*'price', 'qty'"
    ):
        bind("cast(prise as double) * 2", ["price", "qty"])


def test_an_aggregate_is_refused() -> None:
    with pytest.raises(ExpressionError):
        bind("sum(price)", ["price"])
