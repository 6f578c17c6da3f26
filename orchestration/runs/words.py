"""Words of the status page and of notifications, in both languages."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestration.own_yaml import read_yaml
from orchestration.runs.read import Run

HERE = Path(__file__).parent


def _read() -> Mapping[str, Any]:
    return read_yaml(HERE / "words.yml")


WORDS: Mapping[str, Any] = _read()
LANGUAGES = tuple(WORDS)


def language() -> str:
    """CRM_DASHBOARD_LANG when it is a language that is spoken here, else English."""
    asked = os.environ.get("CRM_DASHBOARD_LANG", "en")
    return asked if asked in WORDS else "en"


def advice(run: Run, words: Mapping[str, Any]) -> tuple[str, str]:
    """What went wrong with a run that failed or was killed, and what to do. Knows errors by name."""
    kinds = ["Killed"] if run.state == "unfinished" else run.end.get("error") or []
    known = next((words["errors"][kind] for kind in kinds if kind in words["errors"]), words["errors"]["Exception"])
    stopping, broken = run.counts.get("stopping", 0), len(run.broken)
    step = words["steps"].get(run.step, run.step) or "–"
    what = known["what"].format(checks=stopping, models=broken, step=step, error=run.error)
    return what, known["to_do"]
