"""What happened in the last runs: a record per run, and a page of them. Nothing in here quotes a cell of a delivery."""

from orchestration.runs.log import recorded
from orchestration.runs.page import write
from orchestration.runs.read import Run, last_runs

__all__ = ["Run", "last_runs", "recorded", "write"]
