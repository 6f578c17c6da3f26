"""What Dagster loads: the folder orchestration/defs, run in one process because the warehouse has one writer."""

from pathlib import Path

import dagster as dg

from orchestration.components.warehouse import Warehouse


@dg.definitions
def defs() -> dg.Definitions:
    tree = dg.ComponentTree.for_project(Path(__file__).parent)
    # The folder rather than the whole tree: the tree would import every installed plug-in to list its components.
    graph = tree.build_defs(tree.defs_module_path)
    run = dg.Definitions(executor=dg.in_process_executor, resources={"warehouse": Warehouse()})
    return dg.Definitions.merge(graph, run)
