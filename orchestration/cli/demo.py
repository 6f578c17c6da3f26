"""`acrm demo`: the generated company."""

import time
from typing import Annotated

import typer

from orchestration.cli.errors import UserError


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: acrm demo --scale M")(demo)


def demo(
    scale: Annotated[str, typer.Option(help="S, M, L (10 000, 100 000, 1 000 000 customers) or a number.")] = "S",
    seed: Annotated[int, typer.Option(help="Another seed makes another company.")] = 7,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Do nothing when the warehouse has feeds.")] = False,
) -> None:
    """Generate the demo company: its systems' files, feeds for them, and the planted truth beside them."""
    from orchestration import pipeline
    from orchestration.demo.generate import SCALES, generate
    from orchestration.settings import settings

    of = settings()
    if if_empty and any(of.feeds.glob("*.y*ml")):
        return
    if scale.upper() in SCALES:
        customers = SCALES[scale.upper()]
    elif scale.replace("_", "").isdigit():
        customers = int(scale)
    else:
        raise UserError(f"--scale {scale}: write S, M, L or a number of customers.")
    start = time.perf_counter()
    try:
        with pipeline.exclusive(of):
            generate(of.home, customers, seed)
    except ValueError as error:
        raise UserError(f"--scale {scale}: {error}") from None
    typer.echo(f"A demo company of {customers:,} customers is in {of.home} ({time.perf_counter() - start:.1f} s).")
    typer.echo("Next: acrm run")
