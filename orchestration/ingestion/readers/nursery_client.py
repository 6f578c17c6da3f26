"""Starts limited children for untrusted files: by the nursery, or where that cannot be had, as a new interpreter."""

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO

HERE = Path(__file__).parent
ENVIRONMENT = {  # one thread, so that forking is safe; memory back to the system at once
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


class Forked:
    """A child of the nursery. Like subprocess.Popen as far as readers need it."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self.returncode: int | None = None

    def kill(self) -> None:
        """End the child now."""
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_WR)

    def wait(self) -> int:
        """The exit code, negative for a signal; 1 when the nursery itself is gone."""
        if self.returncode is None:
            with suppress(OSError), self._control:
                self.returncode = int(self._control.recv(16) or 1)
            self.returncode = 1 if self.returncode is None else self.returncode
        return self.returncode


Child = Forked | subprocess.Popen


class _Nursery:
    """The one nursery of this process: started when first needed, and again if it died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Leave the nursery to the process that started it (after a fork), or a dead one to itself."""
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._process: subprocess.Popen | None = None

    def fork(self, standard: list[int]) -> Forked | None:
        """A new child with these descriptors as its standard input, output and error; None where none can be had."""
        with self._lock:
            for _ in range(2):
                ours, its = socket.socketpair()
                try:
                    if self._socket is None:
                        self._start()
                    socket.send_fds(self._socket, [b"x"], [its.fileno(), *standard])
                    return Forked(ours)
                except OSError:  # it died since the last file
                    ours.close()
                    self._close()
                finally:
                    its.close()
        return None

    def _start(self) -> None:
        self._socket, its = socket.socketpair()
        with its:
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(HERE / "nursery.py"), str(its.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[its.fileno()],
                env={**os.environ, **ENVIRONMENT},
            )

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        if self._process is not None:
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGKILL)
                self._process.wait()
        self._socket = self._process = None

    def close(self) -> None:
        """End the nursery and with it all its children."""
        with self._lock:
            self._close()


NURSERY = _Nursery()
atexit.register(NURSERY.close)
os.register_at_fork(after_in_child=NURSERY.forget)


def start(task: IO[bytes], out: int, errors: IO[bytes]) -> Child:
    """A child that reads its task (options as JSON) from standard input and writes Arrow streams to `out`."""
    if hasattr(socket, "send_fds") and (child := NURSERY.fork([task.fileno(), out, errors.fileno()])):
        return child
    command = [sys.executable, "-I", str(HERE / "worker.py")]
    return subprocess.Popen(command, stdin=task, stdout=out, stderr=errors, env={**os.environ, **ENVIRONMENT})
