"""What a run's record keeps of its events: names of things and numbers.

Messages, reasons, names of files and sample rows stay out, because any of them may quote what a delivery holds.
"""

import re
from collections import Counter
from time import perf_counter
from typing import Any

from orchestration.progress import Event

COUNTS = ("records_in", "loaded", "quarantined", "rejected")
FACTS = {
    "delivery": ("status", "bytes"), "feed": ("deliveries", "bytes"), "node": ("group", "kind", "status"),
    "check": ("layer", "severity", "passed", "failed"), "judged": (), "scorer": ("grades",), "scored": (),
    "release": ("as_of", "created"),
}  # fmt: skip
NAMES, SHOWN, SLOWEST = 200, 50, 10  # letters of a name; failed checks, broken models; slow nodes
_ADDRESS = re.compile(r"[^\s@/]*@[^\s@/]+")


def clean(name: object) -> str:
    """A name without anything that looks like an e-mail address, and no longer than a name may be."""
    return _ADDRESS.sub("***", str(name))[:NAMES]


class Tally:
    """Turns events into lines of the record and adds them up for its last line."""

    def __init__(self) -> None:
        self.step = ""
        self.error: Exception | None = None  # the last one told; a feed that was tried again may have got over it
        self.released: Event | None = None
        self.seconds: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.failed: list[dict[str, Any]] = []
        self.broken: list[str] = []
        self._nodes: list[tuple[float, str]] = []
        self._at = perf_counter()

    def line(self, event: Event) -> dict[str, Any] | None:
        """The line of one event; None for what is not recorded."""
        now = perf_counter()
        gap, self._at = now - self._at, now
        if event.step != "run":
            self.step = self._step_of(event)
        if event.kind == "failed":
            self.error = event.facts.get("error")
        if event.kind not in FACTS:
            return None
        if event.kind not in ("delivery", "scorer"):  # feed and step tell their sum; nodes are built beside each other
            self.seconds[self.step] += gap if event.kind == "node" else event.seconds or 0
        name = event.name.split("/")[0] if event.kind == "delivery" else event.name
        line = {"event": event.kind, "step": self.step, "name": clean(name), "ok": event.ok}
        if event.seconds is not None:
            line["seconds"] = round(event.seconds, 3)
        for fact in FACTS[event.kind]:
            value = event.facts.get(fact)
            line[fact] = value if value is None or isinstance(value, bool | int | float) else clean(value)
        getattr(self, f"_{event.kind}", lambda *_: None)(event, line)
        return line

    def _step_of(self, event: Event) -> str:
        if event.step != "audit":
            return {"transform": "build"}.get(event.step, event.step)
        return "gate" if "raw" in (event.name, event.facts.get("layer")) else "audit"

    def _delivery(self, event: Event, line: dict[str, Any]) -> None:
        for stream in event.facts.get("streams", {}).values():
            for count in COUNTS:
                line[count] = line.get(count, 0) + stream[count]
        self.counts.update({"deliveries": 1, **{count: line.get(count, 0) for count in COUNTS}})
        self.counts["rejected_deliveries"] += not event.ok

    def _node(self, event: Event, line: dict[str, Any]) -> None:
        test = line["kind"] in ("test", "unit_test")
        self._nodes.append((event.seconds or 0, line["name"]))
        self.counts["tests" if test else "models"] += line["status"] != "skipped"
        if line["status"] == "error":
            self.broken.append(f"{line['group']}/{line['name']}")
        elif line["status"] in ("fail", "warn"):
            self._fails(line["name"], line["group"], not event.ok, None)

    def _check(self, event: Event, line: dict[str, Any]) -> None:
        self.counts["checks"] += 1
        if not line["passed"] and line["severity"] != "info":
            self._fails(line["name"], line["layer"], not event.ok, line["failed"])

    def _release(self, event: Event, line: dict[str, Any]) -> None:
        self.released = event

    def _fails(self, name: str, layer: str, stops: bool, rows: int | None) -> None:
        self.counts["stopping" if stops else "warnings"] += 1
        self.failed.append({"name": name, "layer": layer, "stops": stops, "rows": rows})

    def sums(self, error: BaseException | None) -> dict[str, Any]:
        """What the last line says: totals, seconds per step, failed checks (first those that stop), slow nodes."""
        rows = {check.name: check.failed for check in getattr(error, "failed", ()) if hasattr(check, "failed")}
        failed = [{**check, "rows": rows.get(check["name"], check["rows"])} for check in self.failed]
        failed.sort(key=lambda check: not check["stops"])
        slow = sorted(self._nodes, reverse=True)[:SLOWEST]
        return {
            "counts": dict(self.counts),
            "steps": {step: round(seconds, 3) for step, seconds in self.seconds.items() if seconds},
            "failed_checks": failed[:SHOWN],
            "broken_models": self.broken[:SHOWN],
            "slowest": [{"name": name, "seconds": round(seconds, 3)} for seconds, name in slow],
        }
