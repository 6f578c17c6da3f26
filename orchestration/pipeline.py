"""The steps of a run as plain functions: ingest, gate, transform, audit, publish. No orchestrator in here.

The command line, Dagster and the tests all call these. Every step may be repeated after a crash at any point.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from orchestration.fingerprint import fingerprint, newest_day
from orchestration.progress import Event, Listener, sender
from orchestration.settings import DBT_PROJECT, Settings

_held: set[Path] = set()


class NothingToDo(Exception):
    """There is no feed, or not one event in raw; the message says how to begin."""


class TransformFailed(Exception):
    """Models did not build, so nothing is released. The message names each with its error."""


@dataclass(frozen=True)
class Inputs:
    """What a release would be made of: the last day that counts, and the fingerprint of everything that enters."""

    as_of: date
    fingerprint: str


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


def feeds(settings: Settings) -> list[Any]:
    """The feeds of this warehouse by name. FeedError tells every mistake in them."""
    from orchestration.ingestion.feeds import load_feeds

    return load_feeds(settings.feeds)


def ingest(settings: Settings, only: list[str] | None = None, on_event: Listener | None = None) -> list[Any]:
    """Take in what is new at the feeds (all, or those named); one DeliveryResult per new delivery."""
    from orchestration.ingestion.ingest import ingest_feed
    from orchestration.ingestion.store import connect

    send, results = sender(on_event), []
    wanted = [feed for feed in feeds(settings) if only is None or feed.feed in only]
    if not wanted:
        raise NothingToDo(
            f"No feeds in {settings.feeds}. `acrm demo` makes a demo company with feeds; for your own data write a "
            "feed file there (docs/quickstart.md) and try it with `acrm check`."
        )
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


def inputs(settings: Settings, as_of: date | None = None, project: Path = DBT_PROJECT) -> Inputs:
    """What the next release would be made of. `as_of`: given, or CRM_AS_OF, or the newest local day with an event."""
    import duckdb

    if not settings.work_db.exists():
        raise NothingToDo(f"{settings.home} holds no data yet; run `acrm run`.")
    with duckdb.connect(str(settings.work_db), read_only=True) as con:
        con.execute("set timezone = 'UTC'")
        day = as_of or settings.as_of or newest_day(con)
        if day is None:
            raise NothingToDo(
                "No delivery brought an event with a time, so there is no last day to analyse up to. "
                "See `acrm status` for what arrived, or set CRM_AS_OF=YYYY-MM-DD."
            )
        return Inputs(day, fingerprint(con, settings, day, project))


def serving(settings: Settings) -> Any:
    """ReleaseInfo of the release that serves now; None when there is none or it is damaged."""
    from orchestration.release.files import current_id
    from orchestration.release.model import list_releases

    now = current_id(settings)
    return next((info for info in list_releases(settings) if info.release_id == now), None) if now else None


def has_news(settings: Settings, wanted: Inputs) -> bool:
    """Would a release made of `wanted` differ in its inputs from the newest one made?"""
    from orchestration.release.model import list_releases

    releases = list_releases(settings)
    return not releases or releases[-1].fingerprint != wanted.fingerprint or serving(settings) is None


def recover(settings: Settings, on_event: Listener | None = None) -> None:
    """Put the releases in order after a crash; says what it found."""
    from orchestration.release.publish import recover as release_recover

    send = sender(on_event)
    if settings.releases.exists():
        release_recover(settings, lambda text: send(Event("publish", "message", "release", text=text)))


def is_idle(settings: Settings, as_of: date | None = None) -> bool:
    """Is there plainly nothing to do: no file that no run has seen, no source to ask, the last release up to date?

    Looks without writing and in a fraction of a second, so that a run without news need not start anything.
    """
    import duckdb

    from orchestration.ingestion.ingest import pending
    from orchestration.ingestion.model import FilesSource

    known = feeds(settings)
    if not known or not settings.work_db.exists() or any(not isinstance(f.source, FilesSource) for f in known):
        return False
    try:
        with duckdb.connect(str(settings.work_db), read_only=True) as con:
            if any(pending(feed, settings, con) for feed in known):
                return False
        return not has_news(settings, inputs(settings, as_of))
    except (duckdb.Error, NothingToDo):  # half a warehouse, or one in use: let the run itself find out and say
        return False


def transform(
    settings: Settings,
    as_of: date | None = None,
    full: bool = False,
    select: list[str] | None = None,
    on_event: Listener | None = None,
    project: Path = DBT_PROJECT,
) -> list[Any]:
    """Build the dbt project into work.duckdb, its data tests included; one NodeResult per node, failures in them."""
    from orchestration.dbt import Project

    send = sender(on_event)
    day = as_of or inputs(settings, project=project).as_of
    of = Project(settings, project)
    if not select:
        send(Event("transform", "plan", "dbt", facts={"groups": of.groups()}))
    with exclusive(settings):
        return of.build(day, select or (), full_refresh=full, on_event=lambda node: send(_built(node)))


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


def gate(settings: Settings, on_event: Listener | None = None) -> list[Any]:
    """Checks of what arrived: accounting of every stream, and the suites of the raw layer."""
    from data_quality.runner import run_suites
    from orchestration.accounting import accounting

    return _told([*accounting(settings), *run_suites(settings, "raw")], on_event)


def audit(settings: Settings, on_event: Listener | None = None) -> list[Any]:
    """Checks of the candidate as a whole: suites of core and marts, volume gates, and the reconciler."""
    from data_quality.runner import run_suites
    from orchestration.release.reconcile import reconcile

    return _told([*run_suites(settings, "marts"), *reconcile(settings)], on_event)


def _told(checks: list[Any], on_event: Listener | None) -> list[Any]:
    send = sender(on_event)
    for check in checks:
        facts = {"layer": check.layer, "evaluated": check.evaluated, "failed": check.failed, "passed": check.passed}
        send(Event("audit", "check", check.name, not check.blocks, text=check.message, facts=facts))
    return checks


def publish(settings: Settings, made_of: Inputs, on_event: Listener | None = None) -> Any:
    """Release the candidate in work.duckdb and switch to it; ReleaseInfo. The caller has judged it."""
    from orchestration.release.publish import publish as release

    send = sender(on_event)
    with exclusive(settings):
        info = release(
            settings,
            made_of.as_of,
            made_of.fingerprint,
            on_event=lambda text: send(Event("publish", "message", "release", text=text)),
        )
    send(Event("publish", "release", info.release_id, facts={"as_of": info.as_of, "created": info.created}))
    return info


def run(
    settings: Settings,
    as_of: date | None = None,
    full: bool = False,
    force: bool = False,
    on_event: Listener | None = None,
    project: Path = DBT_PROJECT,
) -> RunResult:
    """A whole run in this process without Dagster. Raises GateFailed when a check forbids the release."""
    from data_quality.results import require

    start = time.perf_counter()
    with exclusive(settings):
        deliveries = ingest(settings, on_event=on_event)
        made_of = inputs(settings, as_of, project)
        result = RunResult(made_of, deliveries)
        if not force and not has_news(settings, made_of):
            result.news, result.release = False, serving(settings)
        else:
            result.checks = gate(settings, on_event)
            require(result.checks)
            result.nodes = transform(settings, made_of.as_of, full, on_event=on_event, project=project)
            result.checks += judge(result.nodes)
            require(result.checks)
            result.checks += audit(settings, on_event)
            require(result.checks)
            result.release = publish(settings, made_of, on_event)
    result.seconds = time.perf_counter() - start
    return result
