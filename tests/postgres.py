"""A real PostgreSQL server on loopback for tests, started and thrown away within the test session."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _programs() -> Path | None:
    """Folder of the newest server installed (Debian keeps it out of PATH), else of the one in PATH."""
    versions = [p for p in Path("/usr/lib/postgresql").glob("*/bin") if (p / "initdb").exists()]
    if versions:
        return max(versions, key=lambda p: float(p.parent.name))
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _server_user() -> dict:
    """Arguments for subprocess: the server refuses root, so root starts it as the user that the package made."""
    if os.geteuid() != 0:
        return {}
    import pwd

    try:
        entry = pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("PostgreSQL does not run as root, and there is no user postgres to run it as")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running() -> Iterator[str]:
    """The SQLAlchemy address of an empty database; skips the test where no server is installed."""
    programs = _programs()
    if programs is None:
        pytest.skip("no PostgreSQL server installed (looked in /usr/lib/postgresql and PATH)")
    account = _server_user()
    folder = Path(tempfile.mkdtemp(prefix="acrm-postgres-"))
    if account:
        os.chown(folder, account["user"], account["group"])
    password, port = secrets.token_urlsafe(12), _free_port()

    def run(program: str, *arguments: str, **more) -> None:
        command = [str(programs / program), *arguments]
        result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, **account, **more)
        assert result.returncode == 0, f"{' '.join(command)}\n{result.stdout}{result.stderr}"

    data = folder / "data"
    try:
        (folder / "password").write_text(password)
        (folder / "password").chmod(0o644)
        run("initdb", "-D", str(data), "-U", "crm", f"--pwfile={folder}/password", "-A", "scram-sha-256", "-E", "UTF8",
            "--locale=C", "--no-sync")  # fmt: skip
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql+psycopg://crm:{password}@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
