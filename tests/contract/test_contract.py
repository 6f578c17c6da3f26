"""The input contract is well formed, and what is generated from it is current."""

from pathlib import Path

import pytest

from orchestration.contract import Stream, streams
from orchestration.contract.generate import generated, main, outdated
from orchestration.contract.model import SQL_TYPES

ALL = list(streams().values())
PII = {"none", "direct", "identifier", "quasi", "free_text"}


def test_there_are_29_streams_in_six_domains() -> None:
    assert len(ALL) == 29
    assert {s.domain for s in ALL} == {"sales", "web", "social", "service", "campaigns", "reference"}


@pytest.mark.parametrize("stream", ALL, ids=lambda s: s.name)
def test_a_stream_refers_only_to_columns_and_streams_that_exist(stream: Stream) -> None:
    columns = stream.columns
    assert set(stream.key) <= set(columns)
    assert stream.version is None or columns[stream.version].type == "timestamp"
    assert stream.event_time is None or columns[stream.event_time].type == "timestamp"
    for column in columns.values():
        assert column.references is None or column.references in streams(), column.name
        assert column.type in SQL_TYPES and column.pii in PII, column.name
        assert column.about.endswith(".") and column.en and column.zh, column.name
        assert column.required or not column.allowed or column.type == "text", column.name


@pytest.mark.parametrize("stream", ALL, ids=lambda s: s.name)
def test_a_key_is_complete_or_told_apart_by_content(stream: Stream) -> None:
    """A key of which no part is required would name nothing."""
    assert columns_required(stream), stream.name
    if stream.key_by_content:
        assert stream.key[-1] == "line_ref" and not stream.columns["line_ref"].required


def columns_required(stream: Stream) -> bool:
    return any(stream.columns[name].required for name in stream.key)


@pytest.mark.parametrize("stream", ALL, ids=lambda s: s.name)
def test_personal_columns_are_classified(stream: Stream) -> None:
    direct = {"email", "phone", "street", "given_name", "family_name", "handle", "display_name"}
    for name in direct & set(stream.columns):
        assert stream.columns[name].pii == "direct", name


def test_generated_files_are_what_the_contract_says() -> None:
    assert outdated() == [], "run python -m orchestration.contract.generate"
    assert len(generated()) == 4 + len(ALL)


def test_check_names_the_file_that_is_not_current(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    (tmp_path / "docs/contract.md").write_text("edited by hand", encoding="utf-8")
    capsys.readouterr()
    assert main(["--check"], tmp_path) == 1
    assert capsys.readouterr().out.startswith("docs/contract.md: not what")
