"""Groups of like customers in the warehouse: scores.customer_groups and their profiles by ml.clusters (S067, S068).

Asked of customers who bought within `active_days`, from six features that a person can picture. The centres are kept as
an artefact, so that a group keeps its number in the next run; a run on the same data repeats its own numbers.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pandas as pd

from ml.card import card, expires_on, silent
from ml.clusters import Clusters, clusters
from ml.evaluate import SEED
from ml.gate import Abstained
from ml.parameters import parameters
from ml.store import ArtefactError, Store, fingerprint, keep, plain
from ml.tables import GROUP_PROFILES, GROUPS

NAME, DATA = "customer_groups", "features.customer_features"
DIGITS = 6
HIGHLY_STABLE, TELLING, ROUGH = 0.85, 0.9, 0.8  # Hennig 2007; share of customers that the rules place right

# Feature -> SQL over features.customer_features, English, Chinese. The first one numbers the groups, greatest first.
# A share of no sales is 0 (nothing was discounted); returns of older purchases can exceed a year's sales, which is 0.
FEATURES: dict[str, tuple[str, str, str]] = {
    "net_365d_base": ("greatest(net_365d_base, 0)", "sales less returns in a year", "近一年净销售额"),
    "recency_days": ("recency_days", "days since the last purchase", "距上次购买天数"),
    "purchase_days_365d": ("purchase_days_365d", "days with a purchase in a year", "近一年购买天数"),
    "discount_percent": (
        "100 * coalesce(discount_share_365d, 0)", "percent of a year's sales given as discount", "近一年折扣百分比",
    ),
    "online_percent": ("100 * coalesce(online_share, 0)", "percent of purchases online", "线上购买百分比"),
    "visits_90d": ("visits_90d", "visits to the site in 90 days", "近90天网站访问次数"),
}  # fmt: skip
WORDS = {name: (en, zh) for name, (_, en, zh) in FEATURES.items()}
COLUMNS = ", ".join(f"cast({sql} as double) as {name}" for name, (sql, _, _) in FEATURES.items())
CUSTOMERS = f"""
    select customer_id, {COLUMNS}
    from {DATA}
    where
        is_scoring
        and recency_days <= $active_days
    order by customer_id
"""

RULES = {"leaf_no": "rule_no", "cluster_no": "group_no"}

FIRST = "by their sales: there were no earlier groups"
KEPT = "as the earlier groups whose centres lie nearest"
OTHER = "by their sales: the earlier groups were made of other features"
UNUSABLE = "by their sales: the file of the earlier groups was changed, is gone or is no model, so it was not used"


class Earlier(NamedTuple):
    """Centres that the groups are numbered by, if any, and how they come to be numbered."""

    centres: pd.DataFrame | None
    numbered: str


def score(con: duckdb.DuckDBPyConnection, as_of: date, home: Path | None = None) -> list[dict[str, Any]]:
    """Writes scores.customer_groups and scores.customer_group_profiles; returns their card."""
    features = con.execute(CUSTOMERS, {"active_days": parameters(con)["active_days"]}).df()
    rows = features[["customer_id"]].reindex(columns=GROUPS.names).assign(as_of=as_of)
    data = fingerprint(con, DATA)
    said = {
        "question": "Which groups of like customers are there, and by which rules is a customer told to be in one?",
        "population": "Customers with a purchase within the active days.",
        "intended": "Describing customers, choosing words and pictures for a group.",
        "forbidden": "Prices, credit or service of single people; reading a group as the cause of what its members do.",
        "data": data,
        "seed": SEED,
    }
    before = earlier(home, data)
    found = clusters(features[list(FEATURES)], previous=before.centres, names=WORDS, seed=SEED)
    if isinstance(found, Abstained):
        GROUPS.write(con, rows.assign(status="abstained"))
        GROUP_PROFILES.write(con)
        return [silent(NAME, as_of, found, **said)]
    numbered = before.numbered
    if before.centres is not None and list(before.centres) != list(found.centres):
        numbered = OTHER
    text = plain({"data": data, "numbered": numbered, "centres": _kept(found.centres), "before": _kept(before.centres)})
    name = keep(home, NAME, "json", text, data)
    model = {"grade": grade_of(found), "model_id": name, "expires_on": expires_on(as_of)}
    leaves = found.rules.set_index("leaf_no").loc[found.leaves].reset_index()
    rows = rows.assign(status="scored", group_no=found.labels, rule_no=found.leaves, **model)
    for column, of in (("rule_group_no", "cluster_no"), ("rule_en", "rule_en"), ("rule_zh", "rule_zh")):
        rows[column] = leaves[of]
    GROUPS.write(con, rows)
    GROUP_PROFILES.write(con, profiles(features[list(FEATURES)], found).assign(as_of=as_of, **model))
    facts = {"customers": len(rows), "groups": len(found.centres), "numbered": numbered}
    facts["customers that the rules place in their group"] = round(found.agreement, DIGITS)
    tables = {
        "Checks per number of groups": found.checks.round(DIGITS).to_dict("records"),
        "Rules": found.rules.round(DIGITS).rename(columns=RULES).to_dict("records"),
    }
    told = {"status": "scored", "serves": "k-means", "grade": model["grade"], "model_id": name}
    return [card(NAME, as_of, **said, **told, facts=facts, tables=tables)]


def earlier(home: Path | None, data: str) -> Earlier:
    """What the groups of this data are numbered by; a run on the data of the kept artefact repeats what that did."""
    if home is None:
        return Earlier(None, FIRST)
    store = Store(home / "models")
    try:
        if not store.has(NAME):
            return Earlier(None, FIRST)
        kept = json.loads(store.load(NAME)[1])
        same = kept["data"] == data
        return Earlier(_frame(kept["before" if same else "centres"]), kept["numbered"] if same else KEPT)
    except (ArtefactError, ValueError, KeyError, TypeError):
        return Earlier(None, UNUSABLE)


def grade_of(found: Clusters) -> str:
    """A: highly stable, and rules that tell the groups; B: stable; C: stable, but the rules say too little of them."""
    if found.agreement < ROUGH:
        return "C"
    worst = found.checks.loc[found.checks["k"] == len(found.centres), "worst_jaccard"].iloc[0]
    return "A" if worst >= HIGHLY_STABLE and found.agreement >= TELLING else "B"


def profiles(features: pd.DataFrame, found: Clusters) -> pd.DataFrame:
    """One row per group and feature: mean of the group and of all, and their distance in standard deviations."""
    rows = found.profile.melt(["cluster_no", "customers"], list(features), "feature", "mean_value")
    rows = rows.rename(columns={"cluster_no": "group_no", "customers": "customer_count"})
    overall, spread = features.mean(), features.std(ddof=0).replace(0, np.nan)
    rows["customer_share"] = (rows["customer_count"] / len(features)).round(DIGITS)
    rows["overall_mean"] = rows["feature"].map(overall)
    rows["distance"] = ((rows["mean_value"] - rows["overall_mean"]) / rows["feature"].map(spread)).round(DIGITS)
    rows[["mean_value", "overall_mean"]] = rows[["mean_value", "overall_mean"]].round(DIGITS)
    rows["feature_en"], rows["feature_zh"] = (rows["feature"].map({f: w[i] for f, w in WORDS.items()}) for i in (0, 1))
    return rows


def _kept(centres: pd.DataFrame | None) -> dict[str, Any] | None:
    return None if centres is None else {"features": list(centres), "rows": centres.to_numpy().tolist()}


def _frame(kept: dict[str, Any] | None) -> pd.DataFrame | None:
    return None if kept is None else pd.DataFrame(kept["rows"], columns=kept["features"], dtype=float)
