"""When runs start by themselves: every day, and when a file arrives."""

from collections.abc import Iterator

import dagster as dg

from orchestration import pipeline
from orchestration.ingestion.model import FeedError, FilesSource
from orchestration.settings import settings


class RunComponent(dg.Component, dg.Model, dg.Resolvable):
    """A job over the whole graph, a daily schedule for it, and a sensor that starts it for new files.

    Both are off until somebody switches them on, because starting `dagster dev` must not start runs.
    """

    job: str = "whole_run"
    cron: str = "15 4 * * *"
    timezone: str = "UTC"
    watch_seconds: int = 60

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        job = dg.define_asset_job(
            self.job,
            selection=dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks(),
            description="Take in what is new, judge it, build, judge again, release.",
        )
        daily = dg.ScheduleDefinition(
            name="daily", job=job, cron_schedule=self.cron, execution_timezone=self.timezone,
            description="One whole run a day; without news it ends after the feeds.",
        )  # fmt: skip

        @dg.sensor(
            name="new_files", job=job, minimum_interval_seconds=self.watch_seconds,
            description="Starts a run when a file of a feed is new or has changed since the last tick.",
        )  # fmt: skip
        def new_files(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
            try:
                seen = watched()
            except FeedError as error:
                yield dg.SkipReason(f"a feed file is wrong: {error}")
                return
            if seen == context.cursor or not seen:
                yield dg.SkipReason("no new file")
                return
            context.update_cursor(seen)
            yield dg.RunRequest(run_key=seen)

        return dg.Definitions(jobs=[job], schedules=[daily], sensors=[new_files])


def watched() -> str:
    """One hash over names, sizes and times of all complete files of all file feeds; empty when there is none.

    Looks at the file system only: the sensor must not wait for, or take, the warehouse's lock.
    """
    import hashlib

    from orchestration.ingestion.landing import find

    of = settings()
    found = [
        f"{feed.feed}\0{file.name}\0{file.stat}"
        for feed in pipeline.feeds(of)
        if isinstance(feed.source, FilesSource)
        for file in find(feed.source, of)
    ]
    return hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest() if found else ""
