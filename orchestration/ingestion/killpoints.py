"""Named points at which a test may kill this process, so that every write boundary is proven to be safe.

`CRM_KILL_AT=landing.after_copy` kills at the first pass, `CRM_KILL_AT=gate.before_commit:3` at the third. Without
the variable, `reach` costs one dictionary look-up.
"""

import os
import signal
from collections import Counter

_passes: Counter[str] = Counter()


def reach(name: str) -> None:
    """Pass the point `name`; SIGKILL this process when CRM_KILL_AT asks for it."""
    wanted = os.environ.get("CRM_KILL_AT")
    if not wanted:
        return
    point, _, nth = wanted.partition(":")
    if point != name:
        return
    _passes[name] += 1
    if _passes[name] >= int(nth or 1):
        os.kill(os.getpid(), signal.SIGKILL)
