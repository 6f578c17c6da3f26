"""`acrm`: the warehouse on the command line. Commands import what they need when they run, so that help is instant."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli import dashboard, demo, identity, look, quarantine, release, report, run, segments
from orchestration.cli.errors import explain

HELP = """
An analytical CRM warehouse on your own machine.

Deliveries come in by feeds (CRM_HOME/feeds/*.yml), every record is loaded or accounted for, dbt builds the marts,
checks judge them, and only then the release file switches that BI tools read.

Exit codes: 0 done - 1 something for you to change (feeds, files, arguments) - 2 usage - 3 a check failed, nothing
released - 4 another process writes to this warehouse - 5 a model or the warehouse is broken - 70 a bug in acrm.
"""

app = typer.Typer(
    help=HELP,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: acrm demo && acrm run && acrm status",
)


@app.callback()
def acrm(
    home: Annotated[
        Path | None,
        typer.Option(help="Folder of the warehouse; otherwise $CRM_HOME, otherwise ./warehouse of the project."),
    ] = None,
) -> None:
    if home is not None:
        os.environ["CRM_HOME"] = str(home.expanduser().resolve())


run.add_to(app)
look.add_to(app)
report.add_to(app)
dashboard.add_to(app)
identity.add_to(app)
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(release.app, name="release")
app.add_typer(segments.app, name="segments")
demo.add_to(app)
app.add_typer(look.contract, name="contract")


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit with its code."""
    try:
        app(args=arguments, prog_name="acrm")
    except Exception as error:
        sys.exit(explain(error))
