"""`acrm release`: list, roll back, verify, push to PostgreSQL."""

import json
from typing import Annotated

import typer

app = typer.Typer(
    help="Released files: list, go back to one, prove one, serve one from PostgreSQL.", no_args_is_help=True
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list", epilog="Example: acrm release list --json")
def list_all(as_json: AsJson = False) -> None:
    """The releases that are kept, oldest first, and which one serves."""
    from orchestration import pipeline
    from orchestration.cli.tables import console, table
    from orchestration.release.model import list_releases
    from orchestration.settings import settings

    of = settings()
    serving = pipeline.serving(of)
    lines = [
        {
            "release": info.release_id,
            "serving": bool(serving and info.release_id == serving.release_id),
            "as_of": info.as_of.isoformat(),
            "built_at": info.built_at.isoformat(timespec="seconds"),
            "tables": len(info.tables),
            "rows": sum(t.rows for t in info.tables.values()),
            "bytes": info.bytes,
            "content_hash": info.content_hash[:16],
        }
        for info in list_releases(of)
    ]
    if as_json:
        typer.echo(json.dumps(lines))
    elif lines:
        console().print(table(str(of.releases), lines))
    else:
        typer.echo(f"No release in {of.releases} yet; `acrm run` makes one.")


@app.command(epilog="Example: acrm release rollback r000012-1a2b3c4d")
def rollback(
    release_id: Annotated[str | None, typer.Argument(help="Release to serve; otherwise the one before.")] = None,
) -> None:
    """Serve an earlier release, at once and after checking its bytes.

    A later run does not publish the same content again: only news or another release id ends the rollback.
    """
    from orchestration import pipeline
    from orchestration.release.rollback import rollback as go_back
    from orchestration.settings import settings

    of = settings()
    with pipeline.exclusive(of):
        info = go_back(of, release_id)
    typer.echo(f"{info.release_id} serves now, as of {info.as_of}.")


@app.command(epilog="Example: acrm release verify")
def verify(
    release_id: Annotated[str | None, typer.Argument(help="Release to prove; otherwise the serving one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Prove a release: its bytes against the manifest, its rows against their hashes. Exit code 5 when it fails."""
    from orchestration.cli.errors import BROKEN
    from orchestration.release.verify import verify as prove
    from orchestration.settings import settings

    verdict = prove(settings(), release_id)
    facts = {"release": verdict.release_id, "good": verdict.good, "problems": list(verdict.problems)}
    if as_json:
        typer.echo(json.dumps(facts, ensure_ascii=False))
    elif verdict.good:
        typer.echo(f"{verdict.release_id} is as released: bytes and rows agree with its manifest.")
    else:
        typer.echo("\n".join([f"{verdict.release_id} is NOT as released:", *(f"  {p}" for p in verdict.problems)]))
    if not verdict.good:
        raise typer.Exit(BROKEN)


@app.command(epilog="Example: acrm release push --wait 300")
def push(
    release_id: Annotated[str | None, typer.Argument(help="Release to push; otherwise the serving one.")] = None,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for readers who hold the old release.")] = 60,
    as_json: AsJson = False,
) -> None:
    """Serve a release from the PostgreSQL that CRM_POSTGRES_URL names, under the same schemas and names.

    It is loaded aside and switched to in one transaction; until then, and whenever something goes wrong, the release
    before serves. Exit code 1: server, rights or names. 4: readers or another push hold on; push again later.
    """
    from dataclasses import asdict

    from orchestration.serving.push import push as serve
    from orchestration.settings import settings

    done = serve(settings(), release_id, wait, say=lambda message: typer.echo(message, err=True))
    if as_json:
        typer.echo(json.dumps(asdict(done)))
    else:
        typer.echo(
            f"{done.release_id} serves from PostgreSQL: {done.tables} tables, {done.rows:,} rows loaded in "
            f"{done.load_s:.1f} s, readers locked out for {done.locked_s * 1000:.0f} ms."
        )
