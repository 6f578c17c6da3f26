"""Splink end to end over the records that the engine compares: its training is the engine's, its scoring its own."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def clusters(linker: Any) -> "pd.DataFrame":
    """(point_no, cluster_no) of what Splink joins at even odds."""
    predicted = linker.inference.predict(threshold_match_probability=0.5)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, 0.5).as_pandas_dataframe()
    return found.rename(columns={"cluster_id": "cluster_no"})[["point_no", "cluster_no"]]
