"""`acrm run` and `acrm dev`: the whole graph in this process, and Dagster's pages."""

import json
import logging
import os
import sys
import threading
import time
from datetime import date
from typing import Annotated, Any

import typer

from orchestration.cli.errors import UserError


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: acrm run --as-of 2011-12-09")(run)
    app.command(epilog="Example: acrm dev --port 3001")(dev)


def run(
    as_of: Annotated[
        str | None, typer.Option(help="Last day that counts (YYYY-MM-DD); otherwise the newest day with an event.")
    ] = None,
    full_refresh: Annotated[bool, typer.Option(help="Build incremental models from the beginning.")] = False,
    force: Annotated[bool, typer.Option(help="Build and judge again even when nothing is new.")] = False,
    plain: Annotated[bool, typer.Option(help="Without Dagster: the same steps, not recorded for `acrm dev`.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as one JSON object.")] = False,
) -> None:
    """Take in what is new, judge it, build the marts, judge them, release.

    Runs every step of the graph in this process. When a check fails, nothing is released, the previous release keeps
    serving, and the exit code is 3. A run without news changes nothing and takes seconds.
    """
    from orchestration import pipeline
    from orchestration.cli.show import Progress, summary
    from orchestration.progress import listening
    from orchestration.settings import settings

    day = _day(as_of)
    of = settings()
    start = time.perf_counter()
    progress = Progress(quiet=as_json)
    with listening(progress), pipeline.recorded(of, "acrm run"), pipeline.exclusive(of):
        pipeline.feeds_needed(of)
        pipeline.recover(of)
        if not force and pipeline.is_idle(of, day):
            news = False
        elif plain:
            _import_meanwhile()
            news = pipeline.run(of, day, full=full_refresh, force=force).news
        else:
            news = _through_dagster(progress, day, full_refresh, force)
    facts = summary(of, progress, news, time.perf_counter() - start)
    if as_json:
        typer.echo(json.dumps(facts, default=str, ensure_ascii=False))


def _through_dagster(progress: Any, day: date | None, full_refresh: bool, force: bool) -> bool:
    """Execute the job of the whole graph here; raises the first error of a step as it was before Dagster wrapped it."""
    import warnings

    from orchestration.components.instance import prepare
    from orchestration.settings import settings

    prepare(settings())
    progress.note("loading the graph")
    import dagster as dg

    _import_meanwhile()

    for warning in (dg.BetaWarning, dg.PreviewWarning, UserWarning):
        warnings.filterwarnings("ignore", category=warning)
    for noisy in ("great_expectations", "great_expectations.data_context.types.base", "py.warnings", "alembic"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    from orchestration.definitions import defs

    job = defs().resolve_job_def("whole_run")
    config = {"as_of": day.isoformat() if day else "", "force": force, "full_refresh": full_refresh}
    with dg.DagsterInstance.get() as instance:
        result = job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={
                "resources": {"warehouse": {"config": config}},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
        )
    if not result.success:
        raise progress.error or RuntimeError(_first_failure(result))
    return progress.release is not None


def _import_meanwhile() -> None:
    """Great Expectations takes seconds to import and is needed when all is taken in: let the second core do it."""

    def work() -> None:
        import great_expectations  # noqa: F401

    threading.Thread(target=work, name="imports", daemon=True).start()


def _first_failure(result: Any) -> str:
    for event in result.all_events:
        if event.is_step_failure:
            return f"step {event.step_key}: {event.step_failure_data.error.to_string()}"
    return "the Dagster run failed before its first step"


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UserError(f"--as-of {text}: is not a day; write YYYY-MM-DD, for example 2011-12-09.") from None


def dev(
    port: Annotated[int, typer.Option(help="Port of the pages.")] = 3000,
    host: Annotated[
        str, typer.Option(help="Address to listen on; anything but loopback needs a guard of your own.")
    ] = ("127.0.0.1"),
) -> None:
    """Open Dagster's pages of this warehouse on loopback: graph, runs, checks, schedules, sensors.

    For looking and developing; anybody who can reach the port can start runs.
    """
    from orchestration.components.instance import prepare
    from orchestration.settings import REPO, settings

    prepare(settings())
    os.environ["CRM_HOME"] = str(settings().home)
    typer.echo(f"Dagster's pages: http://{host}:{port} (stop with Ctrl-C)")
    sys.stdout.flush()
    os.chdir(REPO)
    arguments = ["dagster", "dev", "-m", "orchestration.definitions", "-h", host, "-p", str(port)]
    os.execv(sys.executable, [sys.executable, "-m", *arguments])
