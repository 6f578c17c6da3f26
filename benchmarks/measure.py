"""Seconds, CPU and peak memory of a step, measured in a process of its own."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """Wall and CPU seconds and the peak resident memory (MiB) of one process and its children."""

    wall_s: float
    cpu_s: float
    peak_mib: float

    def as_dict(self) -> dict[str, float]:
        return {name: round(value, 2) for name, value in asdict(self).items()}


def run(command: list[str], env: dict[str, str] | None = None, check: bool = True, shown: bool = False) -> Cost:
    """Run a command to its end; its output goes to a file that is shown when it fails, or is shown as it comes.

    The peak is never below that of the process that calls (Linux carries it over): the caller has to be small.
    """
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        to = {} if shown else {"stdout": output, "stderr": subprocess.STDOUT}
        process = subprocess.Popen(command, env={**os.environ, **(env or {})}, **to)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        if check and status != 0:
            output.seek(0)
            sys.stderr.write(output.read().decode(errors="replace")[-4000:])
            raise SystemExit(f"failed: {' '.join(command)}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def python(code: str, *args: str, env: dict[str, str] | None = None) -> Cost:
    """Run Python source in a fresh interpreter."""
    return run([sys.executable, "-c", code, *args], env=env)


class PeakMemory:
    """Peak resident memory of this process since the last reset, in MiB (Linux)."""

    @staticmethod
    def reset() -> None:
        Path("/proc/self/clear_refs").write_text("5")

    @staticmethod
    def read() -> float:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
        return float("nan")


def machine() -> str:
    """One line about the machine: processor, cores, memory."""
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        "unknown processor",
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GiB"


def write_json(path: Path, payload: object) -> None:
    path.write_text(json.dumps(payload, indent=1, sort_keys=True) + "\n", encoding="utf-8")
