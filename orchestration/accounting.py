"""Records in = loaded + quarantined + rejected, per stream, and every loaded one in the table (R3)."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import duckdb

from orchestration.contract import streams
from orchestration.settings import Settings

if TYPE_CHECKING:
    from data_quality.results import CheckResult


@dataclass(frozen=True)
class StreamCounts:
    """All deliveries of one stream. `counting`: loaded by deliveries that no later one replaced; `present`: in raw."""

    stream: str
    deliveries: int
    records_in: int
    loaded: int
    quarantined: int
    rejected: int
    counting: int
    present: int

    @property
    def adds_up(self) -> bool:
        return self.records_in == self.loaded + self.quarantined + self.rejected and self.present == self.counting

    def as_dict(self) -> dict[str, int | str]:
        return asdict(self)


def stream_counts(con: duckdb.DuckDBPyConnection) -> list[StreamCounts]:
    """Counts of every stream of the contract, in its order, and of records that no stream could be found for."""
    parts = [f"select '{name}' as stream, count(*) as present from raw.\"{name}\"" for name in streams()]
    tables = " union all ".join(parts)
    rows = con.execute(f"""
        with present as ({tables}),
        delivered as (
            select stream, count(*) as deliveries, sum(records_in) as records_in, sum(loaded) as loaded,
                sum(quarantined) as quarantined, sum(rejected) as rejected,
                sum(loaded) filter (status = 'loaded') as counting
            from ops.deliveries group by stream
        )
        select stream, deliveries, records_in, loaded, quarantined, rejected, counting, present
        from present full join delivered using (stream)
    """).fetchall()
    order = {name: n for n, name in enumerate(streams())}
    counts = [StreamCounts(row[0], *(int(value or 0) for value in row[1:])) for row in rows]
    return sorted(counts, key=lambda count: (order.get(count.stream, len(order)), count.stream))


def accounting(settings: Settings) -> "list[CheckResult]":
    """One critical check per stream: the deliveries add up, and the table holds what was counted."""
    from data_quality.results import CheckResult

    with duckdb.connect(str(settings.work_db), read_only=True) as con:
        counts = stream_counts(con)
    return [
        CheckResult(
            name=f"accounting of {count.stream}",
            layer="raw",
            passed=count.adds_up,
            severity="critical",
            evaluated=count.records_in,
            failed=0 if count.adds_up else abs(count.present - count.counting) or 1,
            message=f"{count.records_in:,} in = {count.loaded:,} loaded + {count.quarantined:,} quarantined + "
            f"{count.rejected:,} rejected; {count.present:,} rows in the table of {count.counting:,} that count",
            table=f"raw.{count.stream}",
        )
        for count in counts
    ]
