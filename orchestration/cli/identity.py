"""`acrm why` and `acrm identity`: who is who, why, and what people decided about it."""

import json
from typing import Annotated, Any

import typer

from orchestration.cli.errors import UserError

app = typer.Typer(help="Who is who: report, check and preview of the decisions by hand.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
NAMED = 5  # records of a move that are named on the terminal
Show = Annotated[bool, typer.Option("--show-values", help="Print e-mails, phones and cards in full.")]


def add_to(main: typer.Typer) -> None:
    main.command(epilog="Example: acrm why customers:demo_shop:1042 leads:demo_crm:77")(why)
    main.add_typer(app, name="identity")


def why(
    first: Annotated[str, typer.Argument(help="A customer_id, or a record as stream:system:number.")],
    second: Annotated[
        str | None, typer.Argument(help="Another record or customer: why are the two one, or not?")
    ] = None,
    show: Show = False,
    as_json: AsJson = False,
) -> None:
    """Why records are one person: the chain of evidence, link by link, from the release that serves.

    With one customer or record: every record of the person and what ties it to the others. With two: the strongest
    chain between them, or what speaks against it. Identifiers are masked unless --show-values is given.
    """
    from orchestration.identity import explain

    with _release() as con:
        try:
            places = [explain.find(con, text) for text in (first, second) if text]
        except explain.NotFound as error:
            raise UserError(str(error)) from None
        told = _between(con, *places) if len(places) == 2 else _person(con, places[0])
        told["decisions"] = _decisions(con, {place.customer_id for place in places})
    if as_json:
        told["links"] = [explain.as_dict(link, show) for link in told["links"]]
        told["refused"] = [explain.as_dict(link, show) for link in told["refused"]]
        typer.echo(json.dumps(told, default=str, ensure_ascii=False))
    else:
        _print(told, show)


def _person(con: Any, place: Any) -> dict[str, Any]:
    """One person with all records; or a record that belongs to nobody."""
    from orchestration.identity import explain

    if place.customer_id is None:
        text = f"{place.record} belongs to nobody known: no identifier of it holds."
        return {"customer_id": None, "says": text, "links": [], "refused": []}
    links = explain.links_of(con, place.customer_id)
    records = con.execute(
        "select count(*) from marts.bridge_customer_identities where customer_id = ?", [place.customer_id]
    ).fetchall()[0][0]
    text = f"{place.customer_id} is one person with {records} record{'s' * (records != 1)}."
    if place.asked.startswith("c_") and place.asked != place.customer_id:
        text = f"{place.asked} goes by {place.customer_id} today. {text}"
    refused = [link for link in links if link.status != "accepted" or link.other_customer_id]
    return {
        "customer_id": place.customer_id,
        "says": text,
        "links": explain.tree(explain.holding(links)),
        "refused": refused,
    }


def _between(con: Any, a: Any, b: Any) -> dict[str, Any]:
    """The chain between two records; for customers, between their first records."""
    from orchestration.identity import explain

    ends = [place.record or _any_record(con, place.customer_id) for place in (a, b)]
    links = explain.links_of(con, a.customer_id) if a.customer_id else []
    found = explain.chain(links, *ends) if a.customer_id == b.customer_id and a.customer_id else None
    both = {a.customer_id, b.customer_id}
    refused = [link for link in links if {link.customer_id, link.other_customer_id} == both and len(both) == 2]
    if found is not None:
        text = f"{ends[0]} and {ends[1]} are one person, {a.customer_id}: {len(found)} link{'s' * (len(found) != 1)}."
    else:
        names = " and ".join(
            f"{end} ({place.customer_id or 'nobody known'})" for end, place in zip(ends, (a, b), strict=True)
        )
        text = f"{names} are two persons" + ("." if refused else "; no evidence links them directly.")
    return {"customer_id": a.customer_id, "says": text, "links": found or [], "refused": refused}


def _any_record(con: Any, customer_id: str | None) -> str:
    rows = con.execute("select anchor_point from marts.customer_id_registry where customer_id = ?", [customer_id])
    return rows.fetchall()[0][0]


def _decisions(con: Any, customers: set[str | None]) -> list[dict[str, Any]]:
    from orchestration.cli.data import rows

    return rows(
        con,
        """select decision_no, decided_as_of, decision, event, decided_by, customer_id, other_customer_id, reason
        from marts.customer_id_decisions
        where customer_id in (select unnest($1)) or other_customer_id in (select unnest($1)) order by decision_no""",
        [[customer for customer in customers if customer]],
    )


def _print(told: dict[str, Any], show: bool) -> None:
    from orchestration.cli.tables import console, table
    from orchestration.identity import words

    out = console()
    out.print(told["says"], markup=False)
    for title, links in (("What ties the records together", told["links"]), ("What was not used", told["refused"])):
        if links:
            lines = [
                {
                    "record": words.record(link.point_a),
                    "and": words.record(link.point_b),
                    "because": words.why(link, show),
                    "how sure": words.strength(link),
                    "rule": f"{link.source}:{link.rule}",
                }
                for link in links
            ]
            out.print(table(title, lines))
    if told["decisions"]:
        out.print(table("What was decided", told["decisions"]))


@app.command(epilog="Example: acrm identity report --json")
def report(
    candidate: Annotated[
        bool, typer.Option(help="The build that is not released yet, instead of the release.")
    ] = False,
    show: Show = False,
    as_json: AsJson = False,
) -> None:
    """Persons by number of records, the largest with their weakest joints, coverage, refused links, changes.

    With --candidate the build in work.duckdb: what a blocked release would have moved.
    """
    from orchestration.cli.data import reading
    from orchestration.cli.tables import console, table
    from orchestration.identity.report import figures
    from orchestration.settings import settings

    with reading(settings()) if candidate else _release() as source:
        con = source[0] if candidate else source
        _needs_identity(con)
        found = figures(con, show)
    if as_json:
        typer.echo(json.dumps(found, default=str, ensure_ascii=False))
        return
    titles = {
        "cluster_sizes": "Persons by number of records",
        "coverage": "Records with a person",
        "links": "Links by rule",
        "review": "Refused links to look at",
        "ids": "Customer ids",
        "overrides": "identity_overrides.csv",
        "last_decisions": "Decisions of the last run that took any",
        "impact": "What identity moved against the release before",
    }
    for topic, title in titles.items():
        if found[topic]:
            console().print(
                table(title, found[topic], hide=("ref_a", "ref_b") if topic == "overrides" and not show else ())
            )
    console().print(table("Largest persons", [_large(line) for line in found["largest"]]))


def _large(line: dict[str, Any]) -> dict[str, Any]:
    weakest = line["bridges"][0] if line["bridges"] else None
    joint = f"{weakest['point_a']} - {weakest['point_b']} ({weakest['rule']})" if weakest else ""
    facts = {"customer_id": line["customer_id"], "records": line["records"], "bridges": line["bridge_count"]}
    return facts | {"weakest bridge": joint}


@app.command(epilog="Example: acrm identity check")
def check() -> None:
    """Read CRM_HOME/identity_overrides.csv as the next run would; every mistake with its line and column."""
    from orchestration.identity.overrides import read
    from orchestration.settings import settings

    path = settings().identity_overrides
    lines = read(path)
    typer.echo(f"{path}: {len(lines)} decisions, no contradiction." if path.exists() else f"There is no {path} yet.")


@app.command(epilog="Example: acrm identity preview")
def preview(show: Show = False, as_json: AsJson = False) -> None:
    """What CRM_HOME/identity_overrides.csv would change over the last build, in seconds and without a run.

    Lines that are new or gone with their effect, and the ids that merge, split or appear. Nothing is written.
    """
    from orchestration.cli.errors import warehouse_of
    from orchestration.cli.tables import console, table
    from orchestration.identity import preview as previewing
    from orchestration.identity import words
    from orchestration.settings import settings

    of = settings()
    warehouse_of(of.work_db)
    try:
        found = previewing.preview(of, show)
    except previewing.NotBuilt as error:
        raise UserError(str(error)) from None
    if as_json:
        typer.echo(json.dumps(found, default=str, ensure_ascii=False))
        return
    if not found["lines"]:
        typer.echo(f"{of.identity_overrides}: nothing new or gone since the last build; nothing would change.")
        return
    console().print(table("Lines that are new or gone", [_told(line) for line in found["lines"]]))
    if found["moves"]:
        moves = [
            {name: move[name] for name in ("kind", "before", "after")}
            | {"records": move["count"], "among them": "; ".join(map(words.record, move["records"][:NAMED]))}
            for move in found["moves"]
        ]
        console().print(table("Ids that would change", moves))
    else:
        typer.echo("No id would change.")
    typer.echo(f"Looked at {found['looked_at']:,} of {found['points']:,} contact points.")


def _told(line: dict[str, Any]) -> dict[str, Any]:
    from orchestration.identity import words

    facts = {name: line[name] for name in ("state", "line", "action", "record_a", "record_b")}
    return facts | {"effect": words.effect(line)}


@app.command(epilog="Example: acrm identity train --version 5")
def train(
    version: Annotated[str, typer.Option(help="Name of the new version; one that exists is replaced.")],
) -> None:
    """Learn match weights from the records of this warehouse, without labels, into seeds/identity_weights.csv.

    They are frozen: nothing changes until dbt's var identity_weights_version names the new version.
    """
    from orchestration.cli.data import reading
    from orchestration.cli.tables import console, table
    from orchestration.identity import train as training
    from orchestration.settings import settings

    with reading(settings()) as (con, _):
        rows = training.train(con)
    training.write(rows, version)
    names = ("comparison", "level", "m", "u", "weight")
    console().print(table(f"Version {version}", [dict(zip(names, row, strict=True)) for row in rows]))
    typer.echo(
        f"Written to {training.SEED}. It counts once identity_weights_version in dbt_project.yml is {version!r}."
    )


def _release() -> Any:
    from contextlib import closing

    from orchestration.release.connect import connect
    from orchestration.settings import settings

    con = connect(settings())
    _needs_identity(con)
    return closing(con)


def _needs_identity(con: Any) -> None:
    there = con.execute("select 1 from duckdb_tables() where table_name = 'identity_explanations'").fetchall()
    if not there:
        raise UserError("This release was made before identity was explained; `acrm run --force` makes one that is.")
