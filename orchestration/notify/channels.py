"""The ways to reach people, as the environment describes them. Secrets come from there and are shown nowhere."""

import os
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

TRIES, PAUSES = 3, (1.0, 4.0)  # seconds before the second and the third try
TIMEOUT = 10.0


class ChannelError(Exception):
    """A channel is set up wrongly or could not deliver. The message quotes no address, secret or answer."""


class Passing(ChannelError):
    """The same, but a second try may help."""


class Channel(Protocol):
    """Delivers one message or raises ChannelError."""

    def send(self, message: dict[str, Any]) -> None: ...


def configured(environment: Mapping[str, str] | None = None) -> dict[str, Channel | str]:
    """Configured channels by name; instead of a channel, what is wrong with its settings."""
    from orchestration.notify.mail import Mail
    from orchestration.notify.webhook import Webhook

    given = os.environ if environment is None else environment
    makers: dict[str, Callable[[Mapping[str, str]], Channel]] = {}
    if given.get("CRM_NOTIFY_WEBHOOK"):
        makers["webhook"] = Webhook.of
    if given.get("CRM_NOTIFY_EMAIL"):
        makers["email"] = Mail.of
    made: dict[str, Channel | str] = {}
    for name, make in makers.items():
        try:
            made[name] = make(given)
        except ChannelError as error:
            made[name] = str(error)
    return made


def timeout_of(given: Mapping[str, str]) -> float:
    """CRM_NOTIFY_TIMEOUT in seconds, of one try."""
    text = given.get("CRM_NOTIFY_TIMEOUT", str(TIMEOUT))
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= 120:
        raise ChannelError("CRM_NOTIFY_TIMEOUT is not a number of seconds from 0 to 120")
    return seconds


def with_retries(attempt: Callable[[], None], sleep: Callable[[float], None] = time.sleep) -> None:
    """Try up to TRIES times, with growing pauses, as long as the trouble may pass."""
    for pause in (*PAUSES[: TRIES - 1], None):
        try:
            return attempt()
        except Passing as error:
            if pause is None:
                raise ChannelError(f"{error} ({TRIES} tries)") from None
        sleep(pause)
