"""Up-selling by ladder: the next step above the highest that a customer owns (S113). A rule, so nothing is graded.

Who owns a higher step is not sent back to a lower one, and a step that is not to be had is passed over.
"""

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

UPGRADE = "upgrade"


def upgrades(
    purchases: pd.DataFrame, steps: pd.DataFrame, *, names: Mapping[Any, str], unavailable: Collection[Any] = (),
    opted_out: Collection[Any] = (), k: int = 3,
) -> pd.DataFrame:  # fmt: skip
    """Up to k offers a customer in the columns of ml.recommend.recommend; most owned steps first, equals by product.

    purchases: customer_id, product_id. steps: product_id, ladder, ladder_rank, higher being better; a product may stand
    on several ladders, one of each system that sells it.
    """
    owned = purchases[["customer_id", "product_id"]].drop_duplicates()
    owners = owned.groupby("product_id").size()
    steps = steps[["product_id", "ladder", "ladder_rank"]].dropna().drop_duplicates()
    own = owned[~owned["customer_id"].isin(list(opted_out))].merge(steps, on="product_id")
    own = own.sort_values(["customer_id", "ladder", "ladder_rank", "product_id"], ascending=[True, True, False, True])
    own = own.drop_duplicates(["customer_id", "ladder"])
    above = own.merge(steps[~steps["product_id"].isin(list(unavailable))], on="ladder", suffixes=("_own", ""))
    above = above[above["ladder_rank"] > above["ladder_rank_own"]]
    above = above.sort_values(["customer_id", "ladder", "ladder_rank", "product_id"])
    above = above.drop_duplicates(["customer_id", "ladder"])
    above["score"] = above["product_id"].map(owners).fillna(0).astype(float)
    above = above.sort_values(["customer_id", "score", "product_id", "ladder"], ascending=[True, False, True, True])
    above = above.drop_duplicates(["customer_id", "product_id"])
    above["rank"] = above.groupby("customer_id").cumcount() + 1
    above = above[above["rank"] <= k].rename(columns={"product_id_own": "because_product_id"})
    named = above["because_product_id"].map(lambda product: str(names.get(product, product)))
    above = above.assign(
        kind=UPGRADE, reason_en="The next step above " + named, reason_zh="“" + named + "”的升级款"
    ).reset_index(drop=True)
    return above[["customer_id", "kind", "rank", "product_id", "score", "because_product_id", "reason_en", "reason_zh"]]
