"""Errors as a person at a terminal needs them: what is wrong, what to do, and an exit code that scripts can use."""

import os
import sys
import traceback
from pathlib import Path

OK, USER, USAGE, GATE, LOCKED, BROKEN, BUG = 0, 1, 2, 3, 4, 5, 70

# By name, because importing the classes would import everything that acrm can do.
CODES = {
    "FeedError": USER,
    "NothingToDo": USER,
    "LandingError": USER,
    "SourceError": USER,
    "ReleaseError": USER,
    "TooLittle": USER,
    "SegmentError": USER,
    "UserError": USER,
    "SettingsError": USER,
    "OverrideError": USER,
    "ServingError": USER,
    "GateFailed": GATE,
    "LockHeld": LOCKED,
    "WarehouseBusy": LOCKED,
    "ServerBusy": LOCKED,
    "TransformFailed": BROKEN,
    "DbtError": BROKEN,
    "LedgerError": BROKEN,
    "RepairError": BROKEN,
}


class UserError(Exception):
    """Something that the person at the keyboard has to change; the message says what."""


def code_of(error: BaseException) -> int:
    """The exit code for an error."""
    return next((CODES[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in CODES), BUG)


def explain(error: BaseException) -> int:
    """Print an error to standard error and return its exit code. Only a bug leaves a traceback, and that in a file."""
    code = code_of(error)
    if code == BUG:
        where = _keep(error)
        print(
            f"acrm failed unexpectedly: {type(error).__name__}: {error}\nThe details are in {where}.", file=sys.stderr
        )
    else:
        print(f"Error: {error}", file=sys.stderr)
    return code


def _keep(error: BaseException) -> str:
    from orchestration.settings import settings

    text = "".join(traceback.format_exception(error))
    try:
        folder = settings().reports
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"error-{os.getpid()}.txt"
        path.write_text(text, encoding="utf-8")
        return str(path)
    except OSError:
        print(text, file=sys.stderr)
        return "the lines above"


def warehouse_of(path: Path) -> None:
    """UserError when there is no warehouse yet."""
    if not path.exists():
        raise UserError(f"There is no warehouse at {path.parent} yet; `acrm run` makes it.")
