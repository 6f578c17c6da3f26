"""The window of an incremental run: it starts early enough, and it is recognised when nothing in it changed."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from orchestration.ingestion.sources import cursor as cur

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("last", "overlap", "expected"),
    [
        (NOON, "2h", NOON - timedelta(hours=2)),
        (datetime(2024, 5, 1, 12, 0, 0, 5), "0s", datetime(2024, 5, 1, 12, 0, 0, 5)),
        (date(2024, 3, 1), "1h", date(2024, 2, 29)),  # a day is the smallest step of a date
        (date(2024, 3, 1), "2d", date(2024, 2, 28)),
        (1000, "10", 990),
        (Decimal("1000.5"), "0.25", Decimal("1000.25")),
        ("2024-05-01 12:00:00.25", "15m", "2024-05-01 11:45:00"),
        ("2024-05-01T12:00:00Z", "1d", "2024-04-30T12:00:00"),
        ("2024-05-01", "1w", "2024-04-24"),
        ("order 7", "0s", "order 7"),
    ],
)
def test_the_window_starts_the_overlap_before_the_last_value(last, overlap, expected):
    assert cur.lower_bound(last, cur.overlap_of(overlap)) == expected


@pytest.mark.parametrize("row", ["2024-05-01T11:45:00.5Z", "2024-05-01T11:45:00Z", "2024-05-01T11:45:00.25+00:00"])
def test_a_text_bound_sorts_before_every_spelling_of_its_second(row):
    assert row >= cur.lower_bound("2024-05-01T12:00:00.1Z", cur.overlap_of("15m"))


def test_a_server_gets_the_zone_suffix_back():
    bound = cur.lower_bound("2024-05-01T12:00:00.1+02:00", cur.overlap_of("15m"), zone=True)
    assert bound == "2024-05-01T11:45:00+02:00"


@pytest.mark.parametrize(
    ("last", "overlap", "hint"),
    [(5, "15m", "plain number"), (NOON, "15", "time span"), ("order 7", "15m", "no ISO time"), (5, "soon", "15m, 2h")],
)
def test_an_overlap_that_does_not_fit_says_what_fits(last, overlap, hint):
    with pytest.raises(cur.CursorError, match=hint):
        cur.lower_bound(last, cur.overlap_of(overlap))


@pytest.mark.parametrize(
    "value", [NOON, datetime(2024, 5, 1), date(2024, 5, 1), 9_007_199_254_740_993, Decimal("1.10"), "x"]
)
def test_a_cursor_value_survives_the_state_unchanged(value):
    again = cur.from_state(cur.to_state(value))
    assert (again, type(again)) == (value, type(value))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (datetime(2199, 1, 1, tzinfo=UTC), NOON),
        (datetime(2199, 1, 1), datetime(2024, 5, 2, 2)),  # the source may live 14 hours ahead
        ("2199-01-01T00:00:00Z", "2024-05-01T12:00:00"),
        (date(2199, 1, 1), date(2024, 5, 2)),
        (NOON - timedelta(days=1), NOON - timedelta(days=1)),
        ("Zebra", "Zebra"),
        (99_999_999, 99_999_999),
    ],
)
def test_a_date_of_the_future_does_not_move_the_window_past_now(value, expected):
    assert cur.not_after_now(value, NOON) == expected


def test_the_digest_sees_content_and_multiplicity_but_no_order():
    def digest(*records):
        made = cur.Digest()
        for record in records:
            made.add(record)
        return str(made)

    assert digest("a", "b") == digest("b", "a")
    assert (
        len({digest("a", "b"), digest("a"), digest("a", "b", "b"), digest("a", "c"), digest("a", "b", "b", "b")}) == 5
    )
