"""YAML files of the program itself, by libyaml where there is one: a sixth of the time.

What people write (feeds, segments) is read by Python's loader, whose messages are the better ones.
"""

from pathlib import Path
from typing import Any

import yaml


def read_yaml(path: Path) -> Any:
    """The content of one document."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
