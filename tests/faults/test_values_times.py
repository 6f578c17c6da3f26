"""Wall-clock times become UTC by the zone of the feed, on every day, also where clocks change (F-52, R19)."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.contract import streams
from orchestration.ingestion.model import Feed
from orchestration.ingestion.values import value_of
from tests.ingestion.warehouse import LINES_FEED, Warehouse

ZONES = (
    "UTC", "Europe/London", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Asia/Shanghai",
    "Asia/Kathmandu", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Auckland", "Africa/Casablanca",
)  # fmt: skip


def _to_utc(texts: list[str], zone: str) -> list[datetime | None]:
    feed = Feed.model_validate(
        {"feed": "a", "system": "b", "source": {"type": "files", "path": "x"}, "streams": {}, "timezone": zone}
    )
    column = streams()["orders"].columns["ordered_at"]
    sql = value_of(column, feed, "t", "v", "timestamp '2100-01-01'", True).sql
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        return [v for (v,) in con.execute(f"select {sql} from (select unnest(?) as t)", [texts]).fetchall()]


def _by_rule(wall: datetime, zone: str) -> datetime:
    """The documented rule in terms of zoneinfo: skipped hours move forward, repeated hours are the second pass."""
    early, late = (wall.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    skipped = early.utcoffset() < late.utcoffset()
    return (early if skipped else late).astimezone(UTC).replace(tzinfo=None)


moments = st.datetimes(datetime(1950, 1, 1), datetime(2036, 12, 31), allow_imaginary=True).map(
    lambda d: d.replace(microsecond=0)
)


@settings(max_examples=300, deadline=None)
@given(zone=st.sampled_from(ZONES), walls=st.lists(moments, min_size=1, max_size=20))
def test_wall_clock_times_become_utc_by_the_documented_rule(zone: str, walls: list[datetime]) -> None:
    assert _to_utc([w.isoformat(" ") for w in walls], zone) == [_by_rule(w, zone) for w in walls]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [("Europe/London", "2024-03-31", 23), ("Europe/London", "2024-10-27", 25), ("Asia/Shanghai", "1986-05-04", 23),
     ("Asia/Shanghai", "1990-09-16", 25), ("Australia/Lord_Howe", "2024-04-07", 24.5), ("UTC", "2024-03-31", 24)],
)  # fmt: skip
def test_no_quarter_hour_of_a_day_of_change_is_lost_or_moved_to_another_day(zone: str, day: str, hours: float) -> None:
    start = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    instants = [start + timedelta(minutes=15 * n) for n in range(int(hours * 4))]
    texts = [i.astimezone(ZoneInfo(zone)).isoformat() for i in instants]  # with the offset: nothing is ambiguous
    assert _to_utc(texts, zone) == [i.replace(tzinfo=None) for i in instants]
    bare = _to_utc([t[:19] for t in texts], zone)  # without: the day holds, the total holds
    days = Counter(b.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date().isoformat() for b in bare)
    assert days == {day: len(instants)}


def test_a_written_offset_wins_over_the_zone_of_the_feed() -> None:
    texts = ["2024-07-01T10:00:00Z", "2024-07-01T10:00:00+02:00", "2024-07-01 10:00:00 -0530", "2024-07-01 10:00+05",
             "2024-07-01 10:00-03", "2024-07-01T10:00:00.250+00:00", "2024-07-01 10:00:00"]  # fmt: skip
    assert [v.isoformat() for v in _to_utc(texts, "Asia/Shanghai")] == [
        "2024-07-01T10:00:00", "2024-07-01T08:00:00", "2024-07-01T15:30:00", "2024-07-01T05:00:00",
        "2024-07-01T13:00:00", "2024-07-01T10:00:00.250000", "2024-07-01T02:00:00",
    ]  # fmt: skip


def test_raw_keeps_the_zone_beside_the_utc_time(home) -> None:
    shop = Warehouse(home)
    shop.feed(LINES_FEED + "    timezone: Asia/Shanghai\n")
    shop.lines("a.csv", "A,1,P,1,1,1988-07-01 08:30:00", "B,1,P,1,1,2024-07-01 08:30:00")
    shop.run()
    assert shop.rows("select order_ref, ordered_at::varchar, _zone from raw.order_lines order by 1") == [
        ("A", "1988-06-30 23:30:00", "Asia/Shanghai"),  # summer time of 1986-1991
        ("B", "2024-07-01 00:30:00", "Asia/Shanghai"),
    ]
