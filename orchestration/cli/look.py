"""Commands that only look: check, status, contract show."""

import json
from typing import Annotated, Any

import typer

contract = typer.Typer(help="The input contract.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
SHOWN_REASONS = 5


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: acrm check")(check)
    app.command(epilog="Example: acrm status --verify --json")(status)
    app.command(epilog="Example: acrm repair && acrm run")(repair)


def check(as_json: AsJson = False) -> None:
    """Check feed files against the contract, try them on their newest file, read the segment files. Writes nothing.

    Names every mistake with file and line, and what a run would refuse. Exit code 1 when there is a mistake, or when
    nothing of a file would enter.
    """
    from orchestration import pipeline
    from orchestration.settings import settings

    of = settings()
    found = [_looked_at(feed, of) for feed in pipeline.feeds_needed(of)]
    segmentations, mistakes = _segments(of)
    if as_json:
        segments = {"segmentations": segmentations, "problems": mistakes}
        typer.echo(json.dumps({"feeds": found, "segments": segments}, ensure_ascii=False))
    else:
        for feed in found:
            typer.echo(f"{feed['feed']:<24} {feed['source']:<6} {feed['waiting']:<22} -> {', '.join(feed['streams'])}")
            for line in (*feed["tried"], *feed["problems"]):
                typer.echo(f"    {line}")
        if segmentations:
            typer.echo(f"{'segments':<24} {', '.join(segmentations)}")
        for mistake in mistakes:
            typer.echo(mistake)
    if mistakes or any(feed["problems"] for feed in found):
        raise typer.Exit(1)


def _segments(of: Any) -> tuple[list[str], list[str]]:
    """Names of the segmentations in CRM_HOME/segments, and every mistake in their files."""
    from orchestration.segments.load import own_segmentations
    from orchestration.segments.model import SegmentError

    try:
        return [each.name for each in own_segmentations(of)], []
    except SegmentError as error:
        return [], str(error).splitlines()


def _looked_at(feed: Any, of: Any) -> dict[str, Any]:
    from orchestration.ingestion.landing import find
    from orchestration.ingestion.model import DeliveryRejected, FeedError, FilesSource

    problems: list[str] = []
    told: list[str] = []
    waiting = "asked at a run"
    if isinstance(feed.source, FilesSource):
        files = find(feed.source, of)
        waiting = f"{len(files)} file{'s' * (len(files) != 1)}"
        if not files:
            problems.append(f"no file matches {feed.source.path}; paths begin at {of.home}")
        else:
            try:
                told, problems = _tried(feed, files[-1], of)
            except (DeliveryRejected, FeedError) as error:
                problems.append(f"{files[-1].name}: {error}")
    return {
        "feed": feed.feed,
        "system": feed.system,
        "source": feed.source.type,
        "streams": sorted(feed.streams),
        "waiting": waiting,
        "tried": told,
        "problems": problems,
    }


def _tried(feed: Any, file: Any, of: Any) -> tuple[list[str], list[str]]:
    """Lines on what a run would make of a file, and what is wrong with all of it."""
    from orchestration.ingestion.trial import LARGEST, tried

    if file.path.stat().st_size > LARGEST:
        _fits(feed, file.path)
        return [f"{file.name}: only its columns were looked at, because it has more than {LARGEST:,} bytes"], []
    counts, refused = tried(feed, file, of)
    lines = [
        f"{file.name}: {stream} {c.loaded:,} of {c.records_in:,} records would enter" for stream, c in counts.items()
    ]
    for each in refused[:SHOWN_REASONS]:
        where = f"line {each.line_no}, " if each.line_no else ""
        column = f"{each.column}: " if each.column else ""
        lines.append(f"  refused {each.records:,} of {each.stream}, first {where}{column}{each.message}")
    if len(refused) > SHOWN_REASONS:
        lines.append(
            f"  and for {len(refused) - SHOWN_REASONS} more reasons; after a run, `acrm quarantine show` lists all"
        )
    offered = any(c.records_in for c in counts.values())
    empty = offered and not any(c.loaded for c in counts.values())
    return lines, [f"{file.name}: nothing of it would enter"] if empty else []


def _fits(feed: Any, path: Any) -> None:
    """Open a file and compile the map against its columns."""
    from datetime import datetime

    from orchestration.ingestion.plan import Lineage, compile_feed
    from orchestration.ingestion.readers import open_reader

    reader = open_reader(path, feed.source)
    moment = datetime(2000, 1, 1)
    if reader.columns:
        compile_feed(feed, list(reader.columns), Lineage("check", path.name, moment, moment, moment))


def status(
    verify: Annotated[bool, typer.Option(help="Prove database and release against ledger and manifests.")] = False,
    deliveries: Annotated[int, typer.Option(help="How many of the newest deliveries to list.")] = 10,
    html: Annotated[bool, typer.Option("--html", help="Write the page of the last runs instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Deliveries, quarantine and releases of this warehouse.

    With --verify, the rows in the database are compared with the hash-chained ledger outside it, and the release with
    its manifest; exit code 5 when something does not agree. With --html, the page that every run leaves in
    CRM_HOME/reports/status.html is written anew, in CRM_DASHBOARD_LANG (en, zh).
    """
    from orchestration import pipeline
    from orchestration.cli.data import reading, rows
    from orchestration.cli.errors import BROKEN
    from orchestration.release.model import list_releases
    from orchestration.settings import settings

    of = settings()
    if html:
        from orchestration.runs.page import write

        typer.echo(f"wrote {write(of)}")
        return
    with reading(of) as (con, source):
        facts: dict[str, Any] = {
            "home": str(of.home),
            "read_from": source,
            "deliveries": rows(con, _DELIVERIES, [deliveries]),
            "streams": rows(con, _STREAMS),
            "quarantine": rows(con, _QUARANTINE),
        }
    serving = pipeline.serving(of)
    facts["release"] = serving.release_id if serving else None
    facts["releases"] = [info.release_id for info in list_releases(of)]
    if verify:
        facts["problems"] = proof(of)
    typer.echo(json.dumps(facts, default=str, ensure_ascii=False)) if as_json else _print(facts)
    if facts.get("problems"):
        raise typer.Exit(BROKEN)


def repair(as_json: AsJson = False) -> None:
    """Load again from landing whatever `acrm status --verify` finds lost or changed in the database.

    Exit code 5 when something is still wrong afterwards, or when landing or ledger themselves are damaged.
    """
    from orchestration.cli.errors import BROKEN
    from orchestration.ingestion.repair import repair as mend
    from orchestration.settings import settings

    left = [str(problem) for problem in mend(settings())]
    text = "\n".join(left) or "Database and ledger agree."
    typer.echo(json.dumps({"problems": left}, ensure_ascii=False) if as_json else text)
    if left:
        raise typer.Exit(BROKEN)


def proof(of: Any) -> list[str]:
    """What database, ledger and serving release disagree about; empty when nothing."""
    from orchestration import pipeline
    from orchestration.ingestion.verify import verify as verify_ledger
    from orchestration.release.verify import verify as verify_release

    with pipeline.exclusive(of):
        problems = [str(problem) for problem in verify_ledger(of)]
        if of.current_release.exists():
            problems += verify_release(of).problems
    return problems


_DELIVERIES = """
    select feed, file_name, status, any_value(reason) as reason, sum(records_in)::bigint as records_in,
        sum(loaded)::bigint as loaded, sum(quarantined)::bigint as quarantined, sum(rejected)::bigint as rejected,
        max(loaded_at) as loaded_at, delivery_id
    from ops.deliveries group by all order by max(seq) desc, feed, file_name limit ?
"""
_STREAMS = """
    select stream, count(*) as deliveries, sum(records_in)::bigint as records_in, sum(loaded)::bigint as loaded,
        sum(quarantined)::bigint as quarantined, sum(rejected)::bigint as rejected
    from ops.deliveries group by stream order by stream
"""
_QUARANTINE = """
    select feed, stream, rule, column_name, count(distinct (delivery_id, record_no)) as records
    from ops.quarantine where status = 'open' group by all order by records desc, feed, stream, rule, column_name
"""


def _print(facts: dict[str, Any]) -> None:
    from orchestration.cli.tables import console, table

    out = console()
    where = "" if facts["read_from"] == "work" else " (a run is writing; figures of the release)"
    out.print(f"{facts['home']}{where}", markup=False)
    out.print(table("Newest deliveries", facts["deliveries"], hide=("delivery_id",)))
    out.print(table("Records per stream", facts["streams"]))
    if facts["quarantine"]:
        out.print(table("Open in quarantine", facts["quarantine"][:20]))
    releases = ", ".join(f"{r} (serving)" if r == facts["release"] else r for r in facts["releases"]) or "none"
    out.print(f"Releases: {releases}", markup=False)
    if "problems" in facts:
        for problem in facts["problems"]:
            out.print(f"PROBLEM {problem}", markup=False)
        if not facts["problems"]:
            out.print("Verified: database, ledger and release agree.")


@contract.command("show", epilog="Example: acrm contract show orders")
def show(
    stream: Annotated[str | None, typer.Argument(help="A stream; without one, all streams are listed.")] = None,
    as_json: AsJson = False,
) -> None:
    """The streams that a feed may fill, or the columns of one."""
    from dataclasses import asdict

    from orchestration.cli.errors import UserError
    from orchestration.cli.tables import console, table
    from orchestration.contract import streams

    if stream is not None and stream not in streams():
        raise UserError(f"There is no stream {stream!r}; there are: {', '.join(streams())}.")
    chosen = [streams()[stream]] if stream else list(streams().values())
    if as_json:
        typer.echo(json.dumps([asdict(s) for s in chosen], ensure_ascii=False))
        return
    out = console()
    if stream is None:
        lines = [{"stream": s.name, "domain": s.domain, "key": ", ".join(s.key), "about": s.about} for s in chosen]
        out.print(table("Streams of the input contract", lines))
        return
    columns = [
        {
            "column": c.name,
            "type": c.type,
            "required": "yes" if c.required else "",
            "allowed": ", ".join(c.allowed),
            "about": c.about,
            "zh": c.zh,
        }
        for c in chosen[0].columns.values()
    ]
    out.print(f"{chosen[0].name}: {chosen[0].about} Key: {', '.join(chosen[0].key)}.", markup=False)
    out.print(table("", columns))
