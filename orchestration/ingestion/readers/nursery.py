"""A small process that keeps the parsers imported and forks one limited child per delivered file, in some 10 ms.

Runs alone (`python -I nursery.py <socket>`), has one thread, opens no delivered file itself, and ends when the socket
to the main process closes, however that process ended. Each request is one byte with four descriptors: a control
socket, and the child's standard input (its task), output and error; see nursery_client.py. When the main process
closes a control socket the child is killed; when a child ends its exit code is sent there.
"""

import os
import select
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
DESCRIPTORS = 4  # control socket, standard input, output, error


def serve(main: socket.socket) -> None:
    """Fork children on request until the main process is gone; then leave none behind."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # needed, or nothing is written to `wake`
    children: dict[socket.socket, int] = {}
    while True:
        ready = select.select([main, woken, *children], [], [])[0]
        if woken in ready:
            with suppress(BlockingIOError):
                os.read(woken, 4096)
            _reap(children)
        for control in ready:
            if control in children and not _recv(control):
                pid = children.pop(control)
                os.kill(pid, signal.SIGKILL)  # still ours: not waited for yet
                os.waitpid(pid, 0)
                _tell(control, -signal.SIGKILL)
        if main in ready:
            try:
                asked, descriptors, _, _ = socket.recv_fds(main, 1, DESCRIPTORS)
            except OSError:
                asked, descriptors = b"", []
            if not asked:
                break
            control = socket.socket(fileno=descriptors[0])
            children[control] = _fork(descriptors[1:], [main, control, *children], [woken, wake])
    for pid in children.values():
        os.kill(pid, signal.SIGKILL)


def _recv(control: socket.socket) -> bytes:
    try:
        return control.recv(1)
    except OSError:
        return b""


def _reap(children: dict[socket.socket, int]) -> None:
    """Tell the exit codes of the children that ended."""
    for control, pid in list(children.items()):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            del children[control]
            _tell(control, os.waitstatus_to_exitcode(status))


def _tell(control: socket.socket, code: int) -> None:
    with suppress(OSError), control:
        control.sendall(str(code).encode())


def _fork(standard: list[int], sockets: list[socket.socket], pipes: list[int]) -> int:
    """A child that works on one task; gives its process id. The child never returns from here."""
    nursery = os.getpid()
    pid = os.fork()
    if pid:
        for descriptor in standard:
            os.close(descriptor)
        return pid
    code = 1
    try:
        _die_with_parent(nursery)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for at, descriptor in enumerate(standard):
            os.dup2(descriptor, at)
        for descriptor in {*standard, *pipes, *(s.fileno() for s in sockets)}:
            with suppress(OSError):
                os.close(descriptor)
        import worker

        code = worker.main()
    finally:
        os._exit(code)


def _die_with_parent(nursery: int) -> None:
    """Linux kills the child when the nursery dies; elsewhere its next write fails and its processor time ends."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != nursery:
        os._exit(1)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the main process, whose end is noticed
    sys.path.insert(0, str(Path(__file__).parent))
    import worker

    worker.preload()
    serve(socket.socket(fileno=int(sys.argv[1])))
