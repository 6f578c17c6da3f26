"""No staging model lets a row pass that happened after the last day that counts, whatever stands behind it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from orchestration.contract import Stream, streams
from tests.dbt.project import AS_OF, Dbt, Raw

LAST_DAY = date.fromisoformat(AS_OF)
TIMED = [stream for stream in streams().values() if stream.event_time]
NOT_EVENTS = {"campaigns"}  # a planned campaign is known before it begins


def _row(stream: Stream, day: date) -> dict[str, Any]:
    """A valid row of the stream on a day, whose delivery bears the day's name."""
    values = {"text": f"{day:%d}", "integer": 1, "decimal": 1, "rate": 1, "boolean": True, "date": day}
    values["timestamp"] = datetime(day.year, day.month, day.day, 12)
    names = {*stream.required, *stream.key, stream.event_time}
    filled = {n: (stream.columns[n].allowed or [values[stream.columns[n].type]])[0] for n in names}
    return filled | {"_delivery_id": day.isoformat()}


@pytest.fixture(scope="module")
def staged(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Raw:
    """Every stream with one row of the last day and one of the day after, built up to the last day."""
    raw = Raw(tmp_path_factory.mktemp("as_of") / "work.duckdb")
    for stream in TIMED:
        raw.add(stream.name, [_row(stream, LAST_DAY), _row(stream, LAST_DAY + timedelta(days=1))])
    dbt.run(raw.path, *(f"+stg_{s.domain}__{s.name}" for s in TIMED))
    return raw


@pytest.mark.parametrize("stream", [s for s in TIMED if s.name not in NOT_EVENTS], ids=lambda s: s.name)
def test_what_happened_after_as_of_is_not_staged(staged: Raw, stream: Stream) -> None:
    found = staged.query(f"select _delivery_id from staging.stg_{stream.domain}__{stream.name}")
    assert found == [(AS_OF,)]
