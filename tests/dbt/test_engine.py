"""What a run may take of the machine."""

import pytest
from dbt.adapters.duckdb.environments.local import LocalEnvironment

from orchestration.dbt import _let_go
from tests.dbt.project import Dbt, Raw


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"CRM_THREADS": "1", "CRM_MEMORY_LIMIT": "512MiB"}, (1, "512.0 MiB")),
        ({"CRM_THREADS": "3", "CRM_MEMORY_LIMIT": "2GiB"}, (3, "2.0 GiB")),
    ],
)
def test_models_are_built_with_the_threads_and_the_memory_of_the_environment(
    dbt: Dbt, raw: Raw, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], wanted: tuple[int, str]
) -> None:
    found, close = [], LocalEnvironment.close

    def closing(self: LocalEnvironment) -> None:
        if self.conn:
            asked = "select current_setting('threads'), current_setting('memory_limit')"
            found.append(self.conn.execute(asked).fetchone())
        close(self)

    monkeypatch.setattr(LocalEnvironment, "close", closing)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    dbt.run(raw.path, "questions")
    _let_go()
    assert found[-1] == wanted
