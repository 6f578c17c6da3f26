"""The SQL of the channel marts, compiled once and run over hand-made journeys in memory."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.dbt.project import Dbt
from tests.marts.channels.journeys import Journeys


@pytest.fixture(scope="session")
def compiled(dbt: Dbt) -> Callable[..., dict[str, str]]:
    """Compiled SQL of the channel marts by model, for given vars."""

    def models(**variables: Any) -> dict[str, str]:
        result = dbt.invoke("compile", "--select", "path:models/marts/channels", as_of="2024-12-31", **variables)
        assert result.success, result.exception
        return {node.node.name: node.node.compiled_code for node in result.result}

    return models


@pytest.fixture(scope="session")
def journeys(compiled: Callable[..., dict[str, str]]) -> Callable[..., Journeys]:
    """Marts over journeys; vars that are given are compiled in."""
    known: dict[tuple, dict[str, str]] = {}

    def over(paths: list, **variables: Any) -> Journeys:
        key = tuple(sorted(variables.items()))
        if key not in known:
            known[key] = compiled(**variables)
        return Journeys(known[key], paths)

    return over
