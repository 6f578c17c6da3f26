"""The warehouse as a Dagster resource: parameters of a run, the writer lock for its length, errors in plain words."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from typing import Any, TypeVar

import dagster as dg

from orchestration import pipeline
from orchestration.progress import Event, listening, sender
from orchestration.runs.log import RunLog
from orchestration.settings import Settings, settings

T = TypeVar("T")
POOL = "warehouse"  # one writer; the limit and the freeing of its slot after a cancel are in dagster.yaml (F-08)


class Warehouse(dg.ConfigurableResource):
    """What every step needs. Holds the writer lock from the first step of a run to its last (F-09)."""

    as_of: str = ""  # last day that counts, ISO; empty: the newest day with an event
    force: bool = False  # build and publish even when nothing is new
    full_refresh: bool = False

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Warehouse"]:
        with pipeline.recorded(self.settings, _asked_by(context)) as log, ExitStack() as held:
            with told():
                held.enter_context(pipeline.exclusive(self.settings))
            yield self
            _judge_for(log, context)

    @property
    def settings(self) -> Settings:
        return settings()

    @property
    def day(self) -> date | None:
        return date.fromisoformat(self.as_of) if self.as_of else None

    def step(self, context: dg.AssetExecutionContext, work: Callable[[], T]) -> T:
        """Do the work of one step: its progress goes to the run's log, its failure becomes one readable message."""
        with listening(lambda event: _log(context, event)):
            try:
                with told():
                    return work()
            except Exception as error:
                raise dg.Failure(str(error), allow_retries=_may_pass(error)) from error


def _asked_by(context: dg.InitResourceContext) -> str:
    run = context.run
    tags = run.tags if run else {}
    asked = next((f" by {tags[tag]}" for tag in ("dagster/schedule_name", "dagster/sensor_name") if tag in tags), "")
    return f"Dagster {run.job_name if run else 'without a run'}{asked}"


def _judge_for(log: RunLog, context: dg.InitResourceContext) -> None:
    """Tell the record how the run ended: Dagster keeps failures of steps to itself, and a retry may have mended one."""
    if context.run is None or context.instance is None:
        return
    log.whole = log.whole and not context.run.job_name.startswith("__")
    run_id, instance = context.run.run_id, context.instance
    failures = instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    if failures:
        log.failed = log.tally.error or dg.Failure("a step failed")
    now = instance.get_run_by_id(run_id)
    log.stopped = now is not None and now.status in (dg.DagsterRunStatus.CANCELING, dg.DagsterRunStatus.CANCELED)


@contextmanager
def told() -> Iterator[None]:
    """Tell listeners about an exception before Dagster wraps it: the command line needs its type for the exit code."""
    try:
        yield
    except Exception as error:
        sender()(Event("run", "failed", type(error).__name__, False, text=str(error), facts={"error": error}))
        raise


def _may_pass(error: Exception) -> bool:
    """Is a second try of any use? Not for what a person has to change."""
    from data_quality.results import GateFailed
    from orchestration.ingestion.model import FeedError
    from orchestration.ingestion.sources.base import SourceError

    if isinstance(error, SourceError):
        return True
    return not isinstance(error, FeedError | GateFailed | pipeline.NothingToDo | pipeline.TransformFailed)


def _log(context: dg.AssetExecutionContext, event: Event) -> None:
    if event.kind == "check" and event.ok:
        return
    seconds = f" {event.seconds:.2f} s" if event.seconds is not None else ""
    write = context.log.info if event.ok else context.log.error
    write(f"{event.step} {event.kind} {event.name}{seconds} {event.text}".rstrip())


def check_result(key: dg.AssetKey, name: str, results: list[Any]) -> dg.AssetCheckResult:
    """Several CheckResults as one asset check: it fails with the worst of them, and shows those that failed."""
    failed = [result for result in results if not result.passed and result.severity != "info"]
    stops = any(result.blocks for result in failed)
    lines = [f"{r.severity} {r.name}: {r.message}" for r in failed]
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=not failed,
        severity=dg.AssetCheckSeverity.ERROR if stops else dg.AssetCheckSeverity.WARN,
        description="\n".join(lines[:20]) or f"{len(results)} checks passed",
        metadata={
            "checks": len(results),
            "evaluated": sum(result.evaluated for result in results),
            "failed_rows": sum(result.failed for result in failed),
        },
    )
