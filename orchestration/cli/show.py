"""What a run looks like: one line per delivery, group of models, failed check; at its end a table that adds up."""

from collections import Counter, defaultdict
from typing import Any

from rich.table import Table

from orchestration.cli.tables import console
from orchestration.progress import Event
from orchestration.settings import Settings

STEPS = {
    "ingest": "ingest",
    "audit": "check",
    "transform": "build",
    "score": "score",
    "publish": "release",
    "run": "run",
}
SHOWN_DELIVERIES = 3  # of one feed in one run; after them only slow ones and those with trouble, then their sum
SLOW_SECONDS = 2.0


class Progress:
    """Listener that prints events as they come, and remembers what the summary needs."""

    def __init__(self, quiet: bool = False) -> None:
        self.console = console(stderr=quiet, quiet=quiet)
        self.error: Exception | None = None
        self.release: str | None = None
        self.new: Counter[str] = Counter()
        self.deliveries: list[dict[str, Any]] = []
        self._planned: Counter[str] = Counter()
        self._done: dict[str, list[Event]] = defaultdict(list)
        self._of_feed: dict[str, Counter[str]] = defaultdict(Counter)

    def __call__(self, event: Event) -> None:
        handler = getattr(self, f"_{event.kind}", None)
        if handler:
            handler(event)

    def note(self, text: str) -> None:
        """Something worth a line of its own."""
        self.line("run", text)

    def line(self, step: str, text: str, ok: bool = True) -> None:
        """Print one line, marked with its step."""
        mark = "[green]" if ok else "[red]"
        self.console.print(f"{mark}{STEPS[step]:>8}[/] ", end="")
        self.console.print(text, markup=False)

    def _delivery(self, event: Event) -> None:
        facts = event.facts
        counts = Counter()
        for stream in facts["streams"].values():
            counts.update({name: stream[name] for name in ("records_in", "loaded", "quarantined", "rejected")})
        self.new.update(counts)
        self.new["deliveries"] += 1
        self.deliveries.append({"delivery": event.name, "status": facts["status"], **counts, "reason": event.text})
        feed = event.name.split("/")[0]
        self._of_feed[feed].update({**counts, "deliveries": 1})
        notable = counts["quarantined"] or counts["rejected"] or not event.ok or (event.seconds or 0) > SLOW_SECONDS
        if self._of_feed[feed]["deliveries"] > SHOWN_DELIVERIES and not notable:
            return
        text = f"{event.name}  {facts['status']}  {_sum(counts)}  {_took(event)}"
        self.line("ingest", f"{text}\n{'':>9}{event.text}" if event.text else text, event.ok)

    def _feed(self, event: Event) -> None:
        counts = self._of_feed[event.name]
        if counts["deliveries"] > SHOWN_DELIVERIES:
            self.line("ingest", f"{event.name}  {counts['deliveries']} deliveries  {_sum(counts)}  {_took(event)}")
        elif not counts["deliveries"]:
            self.line("ingest", f"{event.name}  nothing new")

    def _plan(self, event: Event) -> None:
        self._planned.update(event.facts["groups"])
        total = sum(self._planned.values())
        self.line("transform", f"{total} nodes of {len(self._planned)} groups")

    def _node(self, event: Event) -> None:
        group = event.facts["group"]
        done = self._done[group]
        done.append(event)
        if not event.ok:
            self.line("transform", f"{group}/{event.name}: {event.text}", ok=False)
        if len(done) == self._planned[group]:
            built = sum(e.facts["kind"] != "test" for e in done)
            tests = len(done) - built
            failed = sum(not e.ok for e in done)
            skipped = sum(e.facts["status"] == "skipped" for e in done)
            text = f"{group}  {built} built, {tests} tests" + (f", {failed} failed" if failed else "")
            text += f", {skipped} skipped" if skipped else ""
            self.line("transform", f"{text}  {sum(e.seconds or 0 for e in done):.1f} s", not failed)

    def _scorer(self, event: Event) -> None:
        grades = f"  {event.text}" if event.text else ""
        self.line("score", f"{event.name}{grades}  {_took(event)}")

    def _check(self, event: Event) -> None:
        if not event.facts["passed"] and event.facts["severity"] != "info":
            self.line("audit", f"{event.facts['severity']}: {event.name}: {event.text}", event.ok)

    def _judged(self, event: Event) -> None:
        self.line("audit", f"{event.name}  {event.text}  {_took(event)}", event.ok)

    def _message(self, event: Event) -> None:
        self.line(event.step, event.text)

    def _release(self, event: Event) -> None:
        self.release = event.name

    def _failed(self, event: Event) -> None:
        self.error = event.facts["error"]


def _took(event: Event) -> str:
    return f"{event.seconds:.1f} s" if event.seconds is not None else ""


def _sum(counts: dict[str, int]) -> str:
    return "{records_in:,} in = {loaded:,} loaded + {quarantined:,} quarantined + {rejected:,} rejected".format(
        **{name: counts.get(name, 0) for name in ("records_in", "loaded", "quarantined", "rejected")}
    )


def summary(settings: Settings, progress: Progress, news: bool, seconds: float) -> dict[str, Any]:
    """Print what the warehouse holds now and where to look next; the same as a dictionary."""
    from orchestration import pipeline
    from orchestration.cli.data import counts_of

    counts = [count for count in counts_of(settings) if count.deliveries]
    release = pipeline.serving(settings)
    out = progress.console
    table = Table(title="All deliveries so far", title_justify="left", box=None, pad_edge=False)
    for name in ("stream", "deliveries", "records in", "loaded", "quarantined", "rejected"):
        table.add_column(name, justify="left" if name == "stream" else "right")
    for c in counts:
        cells = (c.deliveries, c.records_in, c.loaded, c.quarantined, c.rejected)
        table.add_row(c.stream, *(f"{value:,}" for value in cells))
    total = Counter()
    for c in counts:
        total.update({n: getattr(c, n) for n in ("deliveries", "records_in", "loaded", "quarantined", "rejected")})
    table.add_row("all", *(f"{total[n]:,}" for n in ("deliveries", "records_in", "loaded", "quarantined", "rejected")))
    out.print()
    out.print(table)
    out.print()
    if release:
        state = "released" if news else "nothing new; still serving"
        out.print(f"{state} {release.release_id}, as of {release.as_of}, in {seconds:.1f} s", markup=False)
        out.print(f"  release     {settings.current_release}", markup=False)
    if total["quarantined"]:
        out.print(f"  quarantine  acrm quarantine show   ({total['quarantined']:,} records)", markup=False)
    out.print(f"  checks      {settings.reports}/great_expectations/", markup=False)
    out.print(f"  last runs   {settings.reports}/status.html", markup=False)
    out.print("  dashboard   acrm dashboard   (http://127.0.0.1:8501)", markup=False)
    out.print("  graph       acrm dev   (http://127.0.0.1:3000)      more: docs/", markup=False)
    return {
        "news": news,
        "release_id": release.release_id if release else None,
        "as_of": release.as_of.isoformat() if release else None,
        "seconds": round(seconds, 2),
        "this_run": dict(progress.new),
        "streams": {c.stream: {k: v for k, v in c.as_dict().items() if k != "stream"} for c in counts},
        "current": str(settings.current_release),
    }
