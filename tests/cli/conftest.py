"""The small warehouse of tests/orchestration, and `acrm` in this process."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.orchestration.conftest import mini, mini_project, no_suites, other_process  # noqa: F401


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture
def acrm(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Call `acrm` with arguments; exit code, standard output and standard error."""
    from orchestration.cli import main

    def call(*arguments: str) -> Outcome:
        capsys.readouterr()
        with pytest.raises(SystemExit) as exit_:
            main(list(arguments))
        out, err = capsys.readouterr()
        return Outcome(int(exit_.value.code or 0), out, err)

    return call
