"""The steps of a run as plain functions: ingest, gate, transform, audit, publish. No orchestrator in here.

The command line, Dagster and the tests all call these. Every step from capture to release tells what it does (S003),
and may be repeated after a crash at any point.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from orchestration.news import Inputs, NothingToDo, feeds, feeds_needed, has_news, inputs, is_idle, serving
from orchestration.progress import Event, Listener, scorer_done, sender
from orchestration.runs.log import recorded
from orchestration.settings import Settings

__all__ = [
    "Inputs", "NothingToDo", "RunResult", "TransformFailed", "audit", "build", "exclusive", "feeds", "feeds_needed",
    "gate", "has_news", "ingest", "inputs", "is_idle", "judge", "publish", "recorded", "recover", "run", "score",
    "serving", "transform",
]  # fmt: skip

_held: set[Path] = set()


class TransformFailed(Exception):
    """Models did not build, so nothing is released. The message names each with its error."""


@dataclass
class RunResult:
    """What one run did. `news` is False when the serving release already holds everything."""

    inputs: Inputs
    deliveries: list[Any] = field(default_factory=list)
    nodes: list[Any] = field(default_factory=list)
    checks: list[Any] = field(default_factory=list)
    release: Any = None
    news: bool = True
    seconds: float = 0.0


@contextmanager
def exclusive(settings: Settings) -> Iterator[None]:
    """Hold the writer lock of the warehouse; inside it, this process may ask again. LockHeld names another holder."""
    from orchestration.ingestion.lock import writer_lock

    if settings.home in _held:
        yield
        return
    with writer_lock(settings):
        _held.add(settings.home)
        try:
            yield
        finally:
            _held.discard(settings.home)


def ingest(settings: Settings, only: list[str] | None = None, on_event: Listener | None = None) -> list[Any]:
    """Take in what is new at the feeds (all, or those named); one DeliveryResult per new delivery."""
    from orchestration.ingestion.ingest import ingest_feed
    from orchestration.ingestion.store import connect

    send, results = sender(on_event), []
    wanted = [feed for feed in feeds_needed(settings) if only is None or feed.feed in only]
    with exclusive(settings):
        con = connect(settings)
        try:
            for feed in wanted:
                start = time.perf_counter()
                done = ingest_feed(con, feed, settings, on_event=lambda told: send(_delivered(told)))
                results += done
                facts = {"deliveries": len(done), "bytes": sum(result.bytes for result in done)}
                send(Event("ingest", "feed", feed.feed, seconds=time.perf_counter() - start, facts=facts))
        finally:
            con.close()
    return results


def _delivered(told: dict[str, Any]) -> Event | None:
    if told["event"] != "delivery_ended":
        return None
    facts = {key: told[key] for key in ("status", "bytes", "rows", "streams")}
    return Event(
        "ingest", "delivery", f"{told['feed']}/{told['file']}", told["status"] != "rejected", told["seconds"],
        told["reason"] or "", facts,
    )  # fmt: skip


def recover(settings: Settings, on_event: Listener | None = None) -> None:
    """Put the releases in order after a crash; says what it found."""
    from orchestration.release.publish import recover as release_recover

    send = sender(on_event)
    if settings.releases.exists():
        release_recover(settings, lambda text: send(Event("publish", "message", "release", text=text)))


def transform(
    settings: Settings,
    as_of: date | None = None,
    full: bool = False,
    select: list[str] | None = None,
    tests: bool = True,
    on_event: Listener | None = None,
) -> list[Any]:
    """Build the dbt project into work.duckdb, with its data tests; one NodeResult per node, failures in them.

    A whole build has three parts: what needs no scores, the scores, what reads them. A model that did not build or a
    test that failed ends it before the scores. With `select` those nodes are built and nothing is scored.
    """
    from orchestration.dbt import SCORED, Project

    day = as_of or inputs(settings).as_of
    with exclusive(settings):
        if select:
            return build(settings, day, select, full=full, tests=tests, on_event=on_event)
        nodes = build(settings, day, exclude=[SCORED], full=full, tests=tests, on_event=on_event)
        if all(node.status in ("ok", "warn") for node in nodes):
            score(settings, day, on_event)
            if Project(settings).scored():
                nodes += build(settings, day, [SCORED], full=full, tests=tests, on_event=on_event)
    return nodes


def build(
    settings: Settings,
    as_of: date,
    select: Sequence[str] = (),
    exclude: Sequence[str] = (),
    full: bool = False,
    tests: bool = True,
    on_event: Listener | None = None,
) -> list[Any]:
    """Build part of the dbt project; one NodeResult per node, failures in them."""
    from orchestration.dbt import SCORED, Project

    send, of = sender(on_event), Project(settings)
    if SCORED in exclude:  # the first part of a whole build
        send(Event("transform", "plan", "dbt", facts={"groups": of.groups()}))
    with exclusive(settings):
        if SCORED not in select:
            _prepare(settings)
        return of.build(as_of, select, exclude, full, tests, on_event=lambda node: send(_built(node)))


def _prepare(settings: Settings) -> None:
    """What models read beside raw records: what identity knows from before, and tables of scores, empty at first."""
    from ml.tables import create_missing
    from orchestration.identity.state import prepare
    from orchestration.ingestion.store import connect

    with connect(settings) as con:
        prepare(con, settings)
        create_missing(con)


def score(settings: Settings, as_of: date, on_event: Listener | None = None) -> None:
    """Tables of schema `scores`, by Python from the models as built."""
    from ml.scoring import score_all
    from orchestration.ingestion.store import connect

    send, start = sender(on_event), time.perf_counter()
    with exclusive(settings):
        con = connect(settings)
        try:
            done = score_all(con, as_of, settings.home, lambda *told: send(scorer_done(*told)))
        finally:
            con.close()
    send(Event("score", "scored", "models", seconds=time.perf_counter() - start, facts={"scorers": done}))


def _built(node: Any) -> Event:
    facts = {"group": node.group, "kind": node.kind, "status": node.status}
    ok = node.status not in ("fail", "error")
    return Event("transform", "node", node.name, ok, node.seconds, "" if ok else node.message, facts)


def judge(nodes: list[Any]) -> list[Any]:
    """dbt's tests as checks, for `require` to decide on. Raises TransformFailed when a model did not build."""
    from data_quality.results import CheckResult

    broken = [node for node in nodes if node.status == "error"]
    if broken:
        lines = [f"  {node.group}/{node.name}: {node.message}" for node in broken]
        skipped = sum(node.status == "skipped" for node in nodes)
        raise TransformFailed("\n".join([f"{len(broken)} not built, {skipped} skipped after it:", *lines]))
    return [
        CheckResult(
            name=node.name,
            layer=node.group,
            passed=node.status == "ok",
            severity="critical" if node.status in ("fail", "skipped") else "warning",
            evaluated=1,
            failed=node.failed,
            message=node.message or node.status,
            rows=node.sample,
            table=(node.model or "").split(".")[-1],
        )
        for node in nodes
        if node.is_test
    ]


def gate(settings: Settings, made_of: Inputs, on_event: Listener | None = None) -> list[Any]:
    """Checks of what arrived: accounting of every stream, the suites of the raw layer; they fill the scorecard."""
    from data_quality.runner import run_suites
    from data_quality.scorecard import build_scorecard
    from orchestration.accounting import accounting

    def judged() -> list[Any]:
        suites = run_suites(settings, "raw")
        with exclusive(settings):
            build_scorecard(settings, made_of.as_of, made_of.fingerprint[:16], suites)
        return [*accounting(settings), *suites]

    return _told("raw", on_event, judged)


def audit(settings: Settings, made_of: Inputs, on_event: Listener | None = None) -> list[Any]:
    """Checks of the candidate as a whole: suites of core and marts, volume gates, identity, and the reconciler."""
    from data_quality.runner import run_suites
    from orchestration.identity.impact import assess
    from orchestration.release.reconcile import reconcile
    from orchestration.segments import impact

    def judged() -> list[Any]:
        with exclusive(settings):
            changed = assess(settings)
            moved = impact.assess(settings)
        for told in moved:
            sender(on_event)(Event("audit", "message", told.name, text=f"segments  {told.message}"))
        return [*run_suites(settings, "marts"), *changed, *moved, *reconcile(settings, made_of.as_of)]

    return _told("candidate", on_event, judged)


def _told(layer: str, on_event: Listener | None, judged: Callable[[], list[Any]]) -> list[Any]:
    send, start = sender(on_event), time.perf_counter()
    checks = judged()
    for check in checks:
        facts = {"layer": check.layer, "severity": check.severity, "passed": check.passed, "failed": check.failed}
        send(Event("audit", "check", check.name, not check.blocks, text=check.message, facts=facts))
    failed = sum(check.blocks for check in checks)
    text = f"{len(checks)} checks, {failed} of them forbid a release" if failed else f"{len(checks)} checks"
    send(Event("audit", "judged", layer, not failed, time.perf_counter() - start, text))
    return checks


def publish(settings: Settings, made_of: Inputs, on_event: Listener | None = None) -> Any:
    """Release the candidate in work.duckdb and switch to it; ReleaseInfo. The caller has judged it."""
    from orchestration.release.publish import publish as release

    send, start = sender(on_event), time.perf_counter()
    with exclusive(settings):
        info = release(
            settings,
            made_of.as_of,
            made_of.fingerprint,
            on_event=lambda text: send(Event("publish", "message", "release", text=text)),
        )
    facts = {"as_of": info.as_of, "created": info.created}
    send(Event("publish", "release", info.release_id, seconds=time.perf_counter() - start, facts=facts))
    return info


def run(
    settings: Settings,
    as_of: date | None = None,
    full: bool = False,
    force: bool = False,
    on_event: Listener | None = None,
) -> RunResult:
    """A whole run in this process without Dagster. Raises GateFailed when a check forbids the release."""
    from data_quality.results import require

    start = time.perf_counter()
    with recorded(settings, "pipeline"), exclusive(settings):
        deliveries = ingest(settings, on_event=on_event)
        made_of = inputs(settings, as_of)
        result = RunResult(made_of, deliveries)
        if not force and not has_news(settings, made_of):
            result.news, result.release = False, serving(settings)
        else:
            result.checks = gate(settings, made_of, on_event)
            require(result.checks)
            result.nodes = transform(settings, made_of.as_of, full, on_event=on_event)
            result.checks += judge(result.nodes)
            require(result.checks)
            result.checks += audit(settings, made_of, on_event)
            require(result.checks)
            result.release = publish(settings, made_of, on_event)
    result.seconds = time.perf_counter() - start
    return result
