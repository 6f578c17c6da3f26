"""Reads one untrusted container file and writes its records as an Arrow stream to standard output.

Runs alone (`python -I worker.py '<options as JSON>'`), so that it imports nothing but what it needs. Exit code 3 with
one line of JSON on standard error says why the file is refused.
"""

import json
import os
import resource
import sys
from pathlib import Path


class Refused(Exception):
    """The file cannot be trusted: reason code and message."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def main() -> int:
    """Set the limits first, then import the parsers, then read."""
    options = json.loads(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (options["memory"], options["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (options["seconds"], options["seconds"] + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.path.insert(0, str(Path(__file__).parent))
    try:
        if options["format"] == "parquet":
            import from_parquet as parser
        else:
            import from_excel as parser
        import pyarrow as pa

        columns, facts, batches = parser.read(options)
        schema = pa.schema([(name, pa.string()) for name in [*columns, "_bad"]], {"facts": json.dumps(facts)})
        with os.fdopen(1, "wb") as out, pa.ipc.new_stream(out, schema) as stream:
            out.flush()
            for arrays in batches:
                stream.write_batch(pa.record_batch(arrays, schema=schema))
    except BrokenPipeError:
        return 0
    except Exception as error:
        reason = getattr(error, "reason", "unsafe_file")
        text = str(error) or type(error).__name__
        print(json.dumps({"reason": reason, "message": text[:2000]}), file=sys.stderr, flush=True)
        return 3
    return 0


if __name__ == "__main__":
    os._exit(main())  # no clean-up of a parser that may be in any state
