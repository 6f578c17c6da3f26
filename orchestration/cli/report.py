"""`acrm report`: the leaders' report."""

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: acrm report --lang zh --months 3 --out leaders.html")(report)


def report(
    lang: Annotated[str, typer.Option(help="en or zh.")] = "en",
    months: Annotated[int, typer.Option(min=1, max=60, help="Months up to the release's last day.")] = 12,
    out: Annotated[Path | None, typer.Option(help="File to write; otherwise one in CRM_HOME/reports.")] = None,
) -> None:
    """Write a report for leaders, one HTML file with pictures, from the release that serves.

    Key figures against the year before, sales, segments and who changed them, lifecycle, funnels, opportunities and
    problems by money, and how complete the data is.
    """
    from orchestration.cli.errors import UserError
    from orchestration.report import LANGUAGES, write
    from orchestration.settings import settings

    if lang not in LANGUAGES:
        raise UserError(f"--lang {lang}: choose one of {', '.join(LANGUAGES)}.")
    try:
        path = write(settings(), lang, months, out)
    except (IsADirectoryError, NotADirectoryError, PermissionError) as error:
        raise UserError(
            f"--out {out}: cannot write there ({error.strerror}); name a file in a folder of yours."
        ) from None
    typer.echo(f"wrote {path}")
