"""`acrm quarantine`: look at refused records, take them out to mend them, offer them again."""

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Records that did not enter: show, export, offer again after a fix.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Feed = Annotated[str | None, typer.Option(help="Only of this feed.")]
Stream = Annotated[str | None, typer.Option(help="Only of this stream.")]
Rule = Annotated[str | None, typer.Option(help="Only refused by this rule.")]

_SHOW = """
    select feed, file_name, record_no, line_no, stream, column_name, value, rule, message, delivery_id
    from ops.quarantine
    where status = 'open' and (feed = $1 or $1 is null) and (stream = $2 or $2 is null) and (rule = $3 or $3 is null)
    order by feed, file_name, delivery_id, record_no, stream, column_name
    limit $4
"""


@app.command(epilog="Example: acrm quarantine show --feed shop_orders --limit 20")
def show(
    feed: Feed = None,
    stream: Stream = None,
    rule: Rule = None,
    limit: Annotated[int, typer.Option(help="How many lines at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List refused records: file, record, line, column, value, rule and what to do. One line per bad cell."""
    from rich.console import Console

    from orchestration.cli.data import reading, rows
    from orchestration.cli.tables import table
    from orchestration.settings import settings

    with reading(settings()) as (con, _):
        lines = rows(con, _SHOW, [feed, stream, rule, limit])
        total = con.execute(
            "select count(distinct (delivery_id, record_no)) from ops.quarantine where status = 'open'"
        ).fetchall()[0][0]
    if as_json:
        typer.echo(json.dumps({"open_records": total, "lines": lines}, default=str, ensure_ascii=False))
        return
    if lines:
        Console(highlight=False).print(table("", lines, hide=("delivery_id",)))
    typer.echo(f"{total:,} records open in quarantine.")


@app.command(epilog="Example: acrm quarantine export --feed shop_orders --to fixed/")
def export(
    to: Annotated[Path, typer.Option(help="Folder for the files.")],
    feed: Feed = None,
    stream: Stream = None,
    rule: Rule = None,
) -> None:
    """Write refused records as they were delivered, one file per delivery, with the reasons in a CSV beside it."""
    from orchestration.ingestion.quarantine import export as write_out
    from orchestration.settings import settings

    written = write_out(settings(), to, feed=feed, stream=stream, rule=rule)
    for path in written:
        typer.echo(str(path))
    typer.echo(f"{len(written)} files written." if written else "Nothing to export.")


@app.command(epilog="Example: acrm quarantine reoffer --feed shop_orders")
def reoffer(
    feed: Annotated[str | None, typer.Option(help="Feed whose deliveries to offer again; otherwise all.")] = None,
    as_json: AsJson = False,
) -> None:
    """Offer landed deliveries with refused records to the feeds as they are now, after a feed was mended."""
    from orchestration import pipeline
    from orchestration.ingestion.quarantine import reoffer as again
    from orchestration.settings import settings

    of = settings()
    with pipeline.exclusive(of):
        results = again(of, feed)
    facts = [
        {"feed": r.feed, "file": r.file_name, "status": r.status, "streams": {n: vars(c) for n, c in r.streams.items()}}
        for r in results
    ]
    if as_json:
        typer.echo(json.dumps(facts, ensure_ascii=False))
        return
    for result in results:
        loaded = sum(c.loaded for c in result.streams.values())
        still = sum(c.quarantined for c in result.streams.values())
        typer.echo(f"{result.feed}/{result.file_name}: {loaded:,} loaded, {still:,} still in quarantine")
    typer.echo("Next: acrm run" if results else "No open record to offer.")
