"""The layers of the project, read from the manifest: each model reads what stands below it. No exceptions."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.dbt.project import Dbt

# What a layer may read. Marts stand on core and identity and on each other, never on staging or raw.
MAY_READ = {
    "staging": {"raw", "seeds", "staging"},
    "identity": {"seeds", "staging", "identity"},
    "core": {"seeds", "staging", "identity", "core"},
    "features": {"seeds", "staging", "identity", "core", "features"},
    "marts": {"seeds", "identity", "core", "scores", "marts"},
}


@pytest.fixture(scope="module")
def nodes(dbt: Dbt) -> dict[str, Any]:
    manifest = dbt.runner.manifest
    return {**manifest.nodes, **manifest.sources}


def layer(node: Any) -> str:
    """A model's layer is its folder; parts of core that are not released lie in a schema of their own."""
    if node.resource_type == "source":
        return "scores" if node.source_name == "scores" else "raw"
    return "seeds" if node.resource_type == "seed" else node.fqn[1]


def edges(nodes: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    for node in nodes.values():
        if node.resource_type == "model":
            yield from ((node, nodes[name]) for name in node.depends_on.nodes)


def test_a_model_reads_only_what_stands_below_it(nodes: dict[str, Any]) -> None:
    breaches = [
        f"{node.name} ({layer(node)}) reads {read.name} ({layer(read)})"
        for node, read in edges(nodes)
        if layer(read) not in MAY_READ[layer(node)]
    ]
    assert breaches == []


def test_a_layer_is_a_folder_and_every_model_lies_in_one(nodes: dict[str, Any]) -> None:
    for node in nodes.values():
        if node.resource_type == "model":
            assert layer(node) in MAY_READ, node.name
            assert node.schema in {layer(node), "intermediate"}, node.name


def test_raw_is_read_by_staging_of_its_own_domain_or_by_what_serves_all(nodes: dict[str, Any]) -> None:
    """A staging model reads streams of its domain; rates, local days and the accounts serve every domain."""
    serves_all = {"reference", "accounting"}
    for node, read in edges(nodes):
        if layer(read) == "raw" and node.fqn[2] not in serves_all:
            assert read.config.meta["domain"] == node.fqn[2], node.name


def test_a_public_mart_has_a_contract_a_key_test_and_a_unit_test(dbt: Dbt, nodes: dict[str, Any]) -> None:
    manifest = dbt.runner.manifest
    tested = {n for t in nodes.values() if t.resource_type == "test" and "unique" in t.name for n in t.depends_on.nodes}
    unit_tested = {t.model for t in manifest.unit_tests.values()}
    public = [n for n in nodes.values() if n.resource_type == "model" and str(n.access).endswith("public")]
    assert public, "no public model"
    for node in public:
        assert layer(node) == "marts", node.name
        assert node.config.contract.enforced, f"{node.name}: no contract"
        assert node.unique_id in tested, f"{node.name}: no test that its key is unique"
        assert node.name in unit_tested, f"{node.name}: no unit test"


def test_every_model_says_its_grain_first_and_describes_all_columns(nodes: dict[str, Any]) -> None:
    for node in nodes.values():
        if node.resource_type == "model":
            assert node.description.startswith("One row per "), node.name
            assert node.columns, f"{node.name}: no columns described"
            for column in node.columns.values():
                assert column.description and column.data_type, f"{node.name}.{column.name}"
