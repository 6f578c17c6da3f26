"""Help: every command explains itself with an example, and fast."""

import click
import pytest
import typer

from orchestration.cli import app
from orchestration.settings import REPO


def commands() -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}

    def walk(command: click.Command, path: tuple[str, ...]) -> None:
        children = getattr(command, "commands", None)
        if children is None:
            found[" ".join(path)] = command
        for name, child in (children or {}).items():
            walk(child, (*path, name))

    walk(typer.main.get_command(app), ())
    return found


def test_these_are_the_commands():
    assert sorted(commands()) == [
        "check",
        "contract show",
        "dashboard",
        "demo",
        "dev",
        "identity check",
        "identity preview",
        "identity report",
        "identity train",
        "quarantine export",
        "quarantine reoffer",
        "quarantine show",
        "release list",
        "release push",
        "release rollback",
        "release verify",
        "repair",
        "report",
        "run",
        "segments columns",
        "segments diff",
        "segments list",
        "segments preview",
        "status",
        "why",
    ]


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_has_a_sentence_help_for_every_option_and_an_example(name, acrm):
    command = commands()[name]
    assert command.help and command.help.strip().endswith(".")
    assert f"acrm {name.split()[0]}" in (command.epilog or "")
    for parameter in command.params:
        assert getattr(parameter, "help", None), f"{name}: {parameter.name} has no help"
    shown = acrm(*name.split(), "--help")
    assert shown.code == 0 and "Example: acrm" in shown.out


def test_exit_codes_are_in_the_help(acrm):
    shown = " ".join(acrm("--help").out.split())
    for code in (
        "0 done",
        "1 something for you to change",
        "2 usage",
        "3 a check failed",
        "4 another process",
        "70 a bug",
    ):
        assert code in shown


def test_help_imports_nothing_heavy(other_process):
    code = """
        import sys
        import orchestration.cli
        heavy = {"dagster", "dbt", "great_expectations", "pandas", "duckdb", "pyarrow", "sqlalchemy", "dlt", "rich"}
        print(sorted(heavy & set(sys.modules)))
    """
    other = other_process(code, PYTHONPATH=str(REPO))
    assert other.stdout.strip() == "[]", other.stderr
