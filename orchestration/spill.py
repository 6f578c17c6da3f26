"""Folders for what DuckDB cannot hold in memory: one for each database of each process.

DuckDB names its temporary files alike everywhere, and puts them beside the file or, for a database in memory, into
`.tmp` of the working directory. Two databases, or two processes that read one file, then write into each other's
pages: queries fail, the process dies, and before 1.5.6 pages could be wrong without a word.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from uuid import uuid4

_made: dict[int, Path] = {}


def spill(name: str | None = None) -> dict[str, str]:
    """Configuration of a connection: a folder that nobody else reads (mode 700), removed when the process ends.

    `name` is that of the database where a process connects to it again and again, as DuckDB asks for the same
    configuration each time; without it every call names another folder.
    """
    pid = os.getpid()
    if pid not in _made:
        _made[pid] = Path(tempfile.mkdtemp(prefix="acrm-spill-"))
        atexit.register(_remove, pid)
    return {"temp_directory": str(_made[pid] / (name or uuid4().hex))}


def _remove(pid: int) -> None:
    if pid == os.getpid():  # a forked child has inherited the folder of its parent
        shutil.rmtree(_made[pid], ignore_errors=True)
