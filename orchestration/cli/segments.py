"""`acrm segments`: what is defined, what it would give, what would change against the release."""

import json
from typing import Annotated, Any

import typer

app = typer.Typer(help="Segments as code: list them, try them, see what they change.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Names = Annotated[list[str] | None, typer.Argument(help="Segmentations; without any, those of your own files.")]


@app.command("list", epilog="Example: acrm segments list")
def list_all(as_json: AsJson = False) -> None:
    """The segmentations of the project and of CRM_HOME/segments/*.yml. Exit code 1 when a file is wrong."""
    from orchestration.segments.load import load_all
    from orchestration.settings import settings

    lines = [
        {
            "segmentation": each.name,
            "kind": each.kind,
            "origin": each.origin,
            "label": f"{each.en} {each.zh}".strip(),
            "segments": ", ".join(c.name for c in each.classes) or f"every value of {each.by}",
            "where": f"{each.file.name}:{each.line}",
        }
        for each in load_all(settings())
    ]
    _print("Segmentations", lines, as_json)


@app.command(epilog="Example: acrm segments columns")
def columns(as_json: AsJson = False) -> None:
    """The columns that a rule may read."""
    from orchestration.segments.rules import fact_columns

    lines = [{"column": name, **facts} for name, facts in fact_columns().items()]
    _print("Columns of marts.segment_facts", lines, as_json)


@app.command(epilog="Example: acrm segments preview vip_london")
def preview(names: Names = None, as_json: AsJson = False) -> None:
    """How many customers every segment would have, from the facts as they are now. Builds and writes nothing."""
    from orchestration.cli.data import reading
    from orchestration.segments.preview import counts
    from orchestration.settings import settings

    with reading(settings()) as (con, _):
        _print("Customers per segment", counts(con, _chosen(names)), as_json)


@app.command(epilog="Example: acrm segments diff buying")
def diff(names: Names = None, as_json: AsJson = False) -> None:
    """Who would enter and leave every segment against the release that serves now, as counts."""
    from orchestration.cli.data import reading
    from orchestration.segments.preview import changes
    from orchestration.settings import settings

    of = settings()
    with reading(of) as (con, source):
        release = of.current_release if source == "work" else None
        _print("Changes against the release", changes(con, release, _chosen(names)), as_json)


def _chosen(names: list[str] | None) -> list[Any]:
    from orchestration.cli.errors import UserError
    from orchestration.ingestion.expressions import closest
    from orchestration.segments.load import load_all
    from orchestration.settings import settings

    known = {each.name: each for each in load_all(settings())}
    if names:
        for name in names:
            if name not in known:
                raise UserError(f"There is no segmentation {name!r}{closest(name, known)}; see `acrm segments list`.")
        return [known[name] for name in names]
    own = [each for each in known.values() if each.origin == "own"]
    return own or list(known.values())


def _print(title: str, lines: list[dict[str, Any]], as_json: bool) -> None:
    from orchestration.cli.tables import console, table

    if as_json:
        typer.echo(json.dumps(lines, ensure_ascii=False))
    elif lines:
        console().print(table(title, lines))
    else:
        typer.echo("Nothing.")
