"""Reads one untrusted container file and writes its records as Arrow streams to standard output.

A child of the nursery, or on its own (`python -I worker.py`), so that it imports nothing but what it needs. Its task,
options as JSON, is on standard input. A stream ends and another follows where the types of the columns change. Exit
code 3 with one line of JSON on standard error says why the file is refused.
"""

import importlib
import json
import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path


class Refused(Exception):
    """The file cannot be trusted: reason code and message."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def preload() -> None:
    """Import what children will need, for them to find it in memory."""
    for name in ("pyarrow.parquet", "from_parquet", "from_excel"):
        importlib.import_module(name)


def main() -> int:
    """Set the limits first, then import the parsers, then read. Gives the exit code."""
    with os.fdopen(0, "rb", closefd=False) as task:
        options = json.loads(task.read())
    resource.setrlimit(resource.RLIMIT_AS, (options["memory"], options["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (options["seconds"], options["seconds"] + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        parser = importlib.import_module(f"from_{options['format']}")
        _write(*parser.read(options))
    except BrokenPipeError:
        return 0
    except Exception as error:
        reason = getattr(error, "reason", "unsafe_file")
        text = str(error) or type(error).__name__
        os.write(2, json.dumps({"reason": reason, "message": text[:2000]}).encode())
        return 3
    return 0


def _write(columns: list[str], facts: dict, batches: Iterator[list]) -> None:
    """One stream as long as the types stay the same, then another; an empty one when there are no records."""
    import pyarrow as pa

    def schema(kinds: list[pa.DataType]) -> pa.Schema:
        return pa.schema(list(zip([*columns, "_bad"], kinds, strict=True)), {"facts": json.dumps(facts)})

    with os.fdopen(1, "wb", closefd=False) as out:
        stream = current = None
        for arrays in batches:
            wanted = schema([array.type for array in arrays])
            if wanted != current:
                if stream:
                    stream.close()
                stream, current = pa.ipc.new_stream(out, wanted), wanted
            stream.write_batch(pa.record_batch(arrays, schema=wanted))
            out.flush()
        if not stream:
            stream = pa.ipc.new_stream(out, schema([pa.string()] * (len(columns) + 1)))
        stream.close()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    os._exit(main())  # no clean-up of a parser that may be in any state
