"""Contents that were rolled back: an unattended run must not publish them again."""

import json

from orchestration.release import files
from orchestration.settings import Settings


def _path(settings: Settings):
    return settings.releases / "rejected.json"


def rejected_contents(settings: Settings) -> set[str]:
    """Content hashes that a human rolled back from."""
    path = _path(settings)
    return set(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else set()


def reject(settings: Settings, contents: set[str], allow: str) -> None:
    """Remember the contents rolled back from; `allow` is served again and so is no longer rejected."""
    kept = (rejected_contents(settings) | contents) - {allow}
    files.write_durably(_path(settings), json.dumps(sorted(kept), indent=2) + "\n")
