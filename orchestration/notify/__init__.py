"""Word to people when a run fails, and when the next one is well again: by webhook, by e-mail, or both, or not at all.

Configured by the environment only (docs/operations.md). What is sent holds names and numbers, no cell of a delivery.
"""

from collections.abc import Iterator
from typing import Any

from orchestration.notify.channels import Channel, ChannelError, configured
from orchestration.notify.message import compose
from orchestration.runs.read import BAD, GOOD, Run, since_last_word

__all__ = ["occasion", "tell"]


def occasion(run: Run, earlier: list[Run]) -> str | None:
    """`run_failed`, or `run_recovered` for the first good run after one that failed or was killed, or None."""
    if run.state in BAD:
        return "run_failed"
    before, _ = since_last_word(earlier)
    return "run_recovered" if run.state in GOOD and before is not None and before.state in BAD else None


def tell(run: Run, earlier: list[Run]) -> Iterator[tuple[str, str]]:
    """Send what there is to say about `run`; (channel, problem) for each configured one, "" when it was delivered.

    `earlier` are the runs before it, the newest first.
    """
    if (event := occasion(run, earlier)) is None:
        return
    message: dict[str, Any] = compose(event, run, earlier)
    for name, made in configured().items():
        yield name, made if isinstance(made, str) else _sent(made, message)


def _sent(channel: Channel, message: dict[str, Any]) -> str:
    try:
        channel.send(message)
    except ChannelError as error:
        return str(error)
    return ""
