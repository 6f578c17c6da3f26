"""Progress of a run as events, so that the command line, Dagster and tests show the same facts in their own way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Event:
    """One thing that happened in a run.

    `step` is ingest, transform, score, audit or publish; `kind` says what finished in it (delivery, node, scorer,
    check, message, step). `ok` is False only for what stops a release.
    """

    step: str
    kind: str
    name: str
    ok: bool = True
    seconds: float | None = None
    text: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


Listener = Callable[[Event], None]
_listeners: ContextVar[tuple[Listener, ...]] = ContextVar("listeners", default=())


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Send every event of this context to `listener`, too."""
    token = _listeners.set((*_listeners.get(), listener))
    try:
        yield
    finally:
        _listeners.reset(token)


def sender(listener: Listener | None = None) -> Callable[[Event | None], None]:
    """A function that sends events (not None) to `listener` and to all that listen in this context.

    Bound to the context now: dbt calls back from threads of its own, which see no context variables.
    """
    receivers = (*_listeners.get(), *((listener,) if listener else ()))

    def send(event: Event | None) -> None:
        if event is None:
            return
        for receive in receivers:
            receive(event)

    return send


def scorer_done(name: str, grades: str, seconds: float) -> Event:
    """A scorer has written its tables; `grades` names its models with their grades."""
    return Event("score", "scorer", name, seconds=seconds, text=grades, facts={"grades": grades})
