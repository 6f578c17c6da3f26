"""Dagster's own home inside the warehouse: CRM_HOME/dagster, with the settings of dagster.yaml beside this file."""

import os
from pathlib import Path

from orchestration.settings import Settings

TEMPLATE = Path(__file__).with_name("dagster.yaml")
MARK = TEMPLATE.read_text(encoding="utf-8").splitlines()[0]


def prepare(settings: Settings) -> Path:
    """Make DAGSTER_HOME and put it into the environment. A dagster.yaml without our first line is left alone."""
    home = settings.home / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    config = home / "dagster.yaml"
    text = TEMPLATE.read_text(encoding="utf-8").replace("{home}", str(home))
    present = config.read_text(encoding="utf-8") if config.exists() else MARK
    if present != text and present.startswith(MARK):
        config.write_text(text, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"
    return home
