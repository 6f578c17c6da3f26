"""`acrm dashboard`: the pages over the serving release."""

import os
import sys
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: acrm dashboard --port 8502")(dashboard)


def dashboard(
    port: Annotated[int, typer.Option(help="Port of the pages.")] = 8501,
    host: Annotated[
        str, typer.Option(help="Address to listen on; anything but loopback needs a guard of your own.")
    ] = "127.0.0.1",
) -> None:
    """Open the dashboard of this warehouse on loopback, in English and Chinese.

    It reads the serving release and nothing else. Personal data is hidden unless CRM_DASHBOARD_ROLE=steward.
    """
    from orchestration.settings import REPO, settings

    os.environ["CRM_HOME"] = str(settings().home)
    typer.echo(f"Dashboard: http://{host}:{port} (stop with Ctrl-C)")
    sys.stdout.flush()
    os.chdir(REPO)
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", "dashboard/app.py", *options(host, port)])


def options(host: str, port: int) -> list[str]:
    """What the server is told: no statistics, no question for an e-mail, no watching of files, no toolbar."""
    given = {
        "server.address": host, "server.port": port, "server.headless": "true", "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false", "client.toolbarMode": "minimal", "client.showErrorDetails": "none",
        "theme.primaryColor": "#0072B2", "theme.base": "light",
    }  # fmt: skip
    return [f"--{name}={value}" for name, value in given.items()]
