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
    from orchestration.cli.data import reading, rows
    from orchestration.cli.tables import console, table
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
        console().print(table("", lines, hide=("delivery_id",)))
    typer.echo(f"{total:,} records open in quarantine.")


@app.command(epilog="Example: acrm quarantine export --feed shop_orders --to fixed/")
def export(
    to: Annotated[Path, typer.Option(help="Folder for the files.")],
    feed: Feed = None,
    stream: Stream = None,
    rule: Rule = None,
) -> None:
    """Write refused records as they were delivered, one file per delivery, with the reasons in a CSV beside it."""
    from orchestration.cli.errors import warehouse_of
    from orchestration.ingestion.quarantine import export as write_out
    from orchestration.settings import settings

    warehouse_of(settings().work_db)
    written = write_out(settings(), to, feed=feed, stream=stream, rule=rule)
    for path in written:
        typer.echo(str(path))
    typer.echo(f"{len(written)} files written." if written else "Nothing to export.")


@app.command(epilog="Example: acrm quarantine reoffer shop_orders")
def reoffer(
    of: Annotated[str | None, typer.Argument(help="A feed or a delivery id; otherwise all with open records.")] = None,
    as_json: AsJson = False,
) -> None:
    """Offer refused deliveries to their feeds as they are now, after a feed was mended.

    A delivery is read again from landing as a whole, in one transaction, with its own line in the ledger.
    """
    from orchestration.cli.errors import warehouse_of
    from orchestration.ingestion.quarantine import reoffer as again
    from orchestration.settings import settings

    warehouse_of(settings().work_db)
    results = again(settings(), of)
    facts = [
        {
            "feed": result.feed,
            "file": result.file_name,
            "delivery_id": result.delivery_id,
            "status": result.status,
            "reason": result.reason,
            "streams": {name: vars(counts) for name, counts in result.streams.items()},
        }
        for result in results
    ]
    if as_json:
        typer.echo(json.dumps(facts, ensure_ascii=False))
        return
    for result in results:
        counts = result.streams.values()
        loaded, still = sum(c.loaded for c in counts), sum(c.quarantined for c in counts)
        outcome = result.reason or f"{loaded:,} loaded, {still:,} still in quarantine"
        typer.echo(f"{result.feed}/{result.file_name}: {outcome}")
    typer.echo("Next: acrm run" if results else "No open record to offer.")
