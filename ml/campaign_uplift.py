"""What campaigns cause: scores.campaign_uplift, contacted against held back by chance (S107, S139).

A response is a purchase within `response_days` of the contact (or of the hour it was withheld), as customers held back
can have one, too; a click is none. Of a customer drawn twice for a campaign the first draw decides, or two accounts
would make a treated customer likelier. What tells customers apart was known before the day of the contact. Channels and
all campaigns compare within campaigns only (features less their mean in it), so that neither the season of a campaign
nor the size of its control group counts; those without a control group drawn by chance are left out of them.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.campaign_tables import CAMPAIGN_UPLIFT
from ml.card import card, silent
from ml.design import NAMES, matrix
from ml.gate import Abstained
from ml.parameters import parameters
from ml.store import fingerprint
from ml.uplift import Uplift, arms_differ, describe, effect, no_control, uplift

Array = NDArray[np.float64]
FEWEST, FEWEST_EXPECTED = 30, 5  # rows of each arm, and responses expected in it if nothing had an effect (Cochran)
MOST_ROWS = 30_000  # that arms are compared on and differences learnt from; more take minutes
FEATURES = [name for name in NAMES if not name.startswith("season")]
COLUMNS = [*FEATURES, "is_known"]

UNITS = """
    with drawn as (
        select
            campaign_id,
            customer_id,
            first(arm order by sent_at, campaign_contact_id) as arm,
            first(lower(channel) order by sent_at, campaign_contact_id) as channel,
            min(sent_at) as sent_at,
            min(sent_on) as sent_on,
            case when count(*) = count(cost_base) then sum(cost_base) end as cost_base
        from core.fct_campaign_contacts
        where customer_id is not null and campaign_id is not null and arm in ('treatment', 'control')
            and sent_on <= $as_of
        group by campaign_id, customer_id
        having min(sent_on) <= cast($as_of as date) - cast($days as integer)
    ),

    buyers as (
        select distinct drawn.campaign_id, drawn.customer_id
        from drawn
        inner join core.fct_orders as orders on drawn.customer_id = orders.customer_id
        where not orders.is_cancelled and orders.positive_line_count > 0 and orders.ordered_on <= $as_of
            and orders.ordered_at > drawn.sent_at
            and epoch(orders.ordered_at) - epoch(drawn.sent_at) <= 86400.0 * $days
    ),

    cutoffs as (select distinct cutoff_on from features.customer_features)

    select
        drawn.campaign_id,
        drawn.customer_id as unit,
        drawn.channel,
        drawn.arm = 'treatment' as is_treated,
        drawn.sent_on,
        cast(drawn.cost_base as double) as cost,
        buyers.customer_id is not null as has_bought,
        known.customer_id is not null as is_known,
        cutoffs.cutoff_on as known_on,
        known.*
    from drawn
    left join buyers on drawn.campaign_id = buyers.campaign_id and drawn.customer_id = buyers.customer_id
    asof left join cutoffs on drawn.sent_on > cutoffs.cutoff_on
    left join features.customer_features as known
        on drawn.customer_id = known.customer_id and cutoffs.cutoff_on = known.cutoff_on
    order by drawn.campaign_id, drawn.customer_id
"""
FIXED = """
    select campaign_id, case when bool_or(is_unconvertible) then null else cast(sum(cost_base) as double) end
    from core.fct_marketing_spend
    where spend_kind = 'campaign_fixed' and campaign_id is not null
        and coalesce(spent_on <= $as_of, true)
    group by campaign_id
"""


def score(con: duckdb.DuckDBPyConnection, as_of: date, home: Path | None = None) -> list[dict[str, Any]]:
    """Writes scores.campaign_uplift; returns its card. A measurement: nothing is kept that could score a customer."""
    units, days = drawn(con, as_of)
    units["unit"] = pd.factorize(units["unit"])[0]  # whose row it is, as numbers: names take long to sort
    fixed = dict(con.execute(FIXED, {"as_of": as_of}).fetchall())
    rows, found = [], None
    for scope, name, part, why in scopes(units):
        row, found = judged(part, why)
        channel = next(iter(part["channel"].mode()), None) if scope != "all" else None
        costs = costed(part, fixed, row)
        rows.append(row | costs | {"scope": scope, "scope_id": name, "channel": channel, "window_days": days})
    CAMPAIGN_UPLIFT.write(
        con, pd.DataFrame(rows).reindex(columns=CAMPAIGN_UPLIFT.names).assign(as_of=as_of) if rows else None
    )
    said = {
        "question": "How many customers buy because they were contacted, and do customers differ in that?",
        "population": f"Customers of campaigns whose {days} days after the contact are over.",
        "intended": "Which campaigns and channels to repeat; what an extra buyer costs. One in twenty without effect "
        "may seem to have some.",
        "forbidden": "Choosing single customers; campaigns without a control group drawn by chance.",
        "data": fingerprint(con, "core.fct_campaign_contacts"),
    }
    whole = rows[-1] if rows and rows[-1]["scope"] == "all" else None
    if whole is None or whole["status"] == "abstained":
        no = Abstained(whole["reason_en"], whole["reason_zh"]) if whole else _nothing(rows)
        return [silent("campaign_uplift", as_of, no, **said)]
    # Only a difference between customers could feed a list, and it is not tested forward in time: B at best.
    serves = found.serves if isinstance(found, Uplift) else None
    facts = (describe(found) if isinstance(found, Uplift) else {}) | _facts(rows, whole)
    mark = "B" if serves else "C"
    return [card("campaign_uplift", as_of, status="scored", grade=mark, serves=serves, facts=facts, **said)]


def drawn(con: duckdb.DuckDBPyConnection, as_of: date) -> tuple[pd.DataFrame, int]:
    """One row per campaign and customer whose window is over, with what was known before the contact; the window."""
    numbers = parameters(con)
    days = int(numbers["response_days"])
    return con.execute(UNITS, {"as_of": as_of, "days": days}).df(), days


def scopes(units: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame, Abstained | None]]:
    """(scope, name, rows, why there is no effect): each campaign, then channels and all of those that chance drew."""
    sound = []
    for name, part in units.groupby("campaign_id"):
        why = no_control(part["is_treated"]) or chosen(part)
        yield "campaign", str(name), part, why
        if not why:
            sound.append(name)
    pooled = units[units["campaign_id"].isin(sound)]
    for channel, part in pooled.groupby("channel"):
        yield "channel", str(channel), part, chosen(part)
    if len(pooled):
        yield "all", "all", pooled, chosen(pooled)


def chosen(units: pd.DataFrame) -> Abstained | None:
    """Why the arms were not drawn by chance, if that can be seen."""
    part = sampled(units)
    return arms_differ(features(part), part["is_treated"])


def sampled(units: pd.DataFrame) -> pd.DataFrame:
    """At most about MOST_ROWS of these rows: whole customers, drawn by chance."""
    if len(units) <= MOST_ROWS:
        return units
    people = np.random.default_rng(1).permutation(np.unique(units["unit"]))
    return units[units["unit"].isin(people[: len(people) * MOST_ROWS // len(units)])]


def features(units: pd.DataFrame) -> Array:
    """n × len(COLUMNS) of what was known before, less the mean of the campaign; all zero where nothing was."""
    x = pd.DataFrame(matrix(units), columns=list(NAMES), index=units.index)[FEATURES]
    x[~units["is_known"].to_numpy(bool)] = 0.0
    x["is_known"] = units["is_known"].astype(float)
    return (x - x.groupby(units["campaign_id"]).transform("mean")).to_numpy(float)


def judged(units: pd.DataFrame, why: Abstained | None) -> tuple[dict[str, Any], Uplift | Abstained]:
    """Counts, effect, differences and words of a scope; `why` is the reason of its silence, if it has one already."""
    t, y, of = (units[c].to_numpy() for c in ("is_treated", "has_bought", "unit"))
    row: dict[str, Any] = {
        "campaign_count": units["campaign_id"].nunique() if t.any() and not t.all() else 0,
        "first_sent_on": units["sent_on"].min(), "last_sent_on": units["sent_on"].max(),
        "contacted_count": int(t.sum()), "control_count": int((~t).sum()),
        "contacted_responses": int(y[t].sum()), "control_responses": int(y[~t].sum()),
    }  # fmt: skip
    if no := why or _too_few(row):
        return row | {"status": "abstained", "reason_en": no.reason_en, "reason_zh": no.reason_zh}, no
    gap = effect(t, y, units["campaign_id"], of)
    row |= dict(zip(("effect", "effect_low", "effect_high"), gap, strict=True))
    row["extra_responses"] = gap[0] * row["contacted_count"]
    row["verdict_en"], row["verdict_zh"] = verdict(*gap)
    found = differences(units)
    if isinstance(found, Abstained):
        return row | {"status": "effect only", "reason_en": found.reason_en, "reason_zh": found.reason_zh}, found
    learner, response, rule = (found.qini[name] * 1e4 for name in ("t_learner", "response_model", "best_rule"))
    row |= {"status": "scored", "qini_e4_learner": learner, "qini_e4_response_model": response}
    row |= {"qini_e4_best_rule": rule, "noise_e4": found.noise * 1e4, "best_rule": found.best_rule}
    row["verdict_en"] += f"; {found.verdict_en}"
    row["verdict_zh"] += f";{found.verdict_zh}"
    return row | {"serves": found.serves}, found


def differences(units: pd.DataFrame) -> Uplift | Abstained:
    """Whether customers differ in what a contact does; the arms of `units` were drawn by chance."""
    if not units["is_known"].any():
        return Abstained("nothing of these customers was known before the contact", "营销前没有这些客户的已知特征")
    part = sampled(units)
    t, y = part["is_treated"].to_numpy(), part["has_bought"].to_numpy()
    return uplift(features(part), COLUMNS, t, y, units=part["unit"], repeats=1, is_random=True)


def costed(units: pd.DataFrame, fixed: dict[str, float | None], row: dict[str, Any]) -> dict[str, Any]:
    """Cost of contacts and campaigns, and per extra response where there surely are any; empty where not known."""
    parts = [*units.loc[units["is_treated"], "cost"], *(fixed.get(name, 0.0) for name in units["campaign_id"].unique())]
    cost = float(np.sum(np.array(parts, dtype=float)))
    if np.isnan(cost) or not row["contacted_count"]:
        return {"cost_base": None}
    found: dict[str, Any] = {"cost_base": round(cost, 2)}
    if row.get("effect_low", 0) > 0:
        ends = {"base": "effect", "low": "effect_high", "high": "effect_low"}
        found |= {f"cost_per_extra_{n}": round(cost / (row[e] * row["contacted_count"]), 2) for n, e in ends.items()}
    return found


def verdict(gap: float, low: float, high: float) -> tuple[str, str]:
    """An effect in English and Chinese, per 100 contacted."""
    g, a, b = (round(100 * v, 1) + 0.0 for v in (gap, low, high))
    if low > 0:
        return (f"of 100 contacted {g} bought because of it ({a} to {b})", f"每触达100人,因此多购买{g}人({a}至{b})")
    if high < 0:
        return (f"of 100 contacted {-g} fewer bought because of it ({-b} to {-a})",
                f"每触达100人,因此少购买{-g}人({-b}至{-a})")  # fmt: skip
    return (f"no effect is shown: {a} to {b} of 100 contacted bought because of it",
            f"未显示效果:每触达100人,因此购买的在{a}至{b}人之间")  # fmt: skip


def _too_few(row: dict[str, Any]) -> Abstained | None:
    """Asked of both arms' responses together: what one of them had would choose campaigns by their effect."""
    arms = min(row["contacted_count"], row["control_count"])
    bought = row["contacted_responses"] + row["control_responses"]
    expected = bought * arms / (row["contacted_count"] + row["control_count"])
    if arms >= FEWEST and expected >= FEWEST_EXPECTED:
        return None
    return Abstained(
        f"{arms:,} in the smaller arm, where {expected:.1f} purchases are to be expected; needed {FEWEST} and "
        f"{FEWEST_EXPECTED}",
        f"较小组{arms:,}人、预期购买{expected:.1f}次,至少需要{FEWEST}人和{FEWEST_EXPECTED}次",
    )


def _nothing(rows: list[dict[str, Any]]) -> Abstained:
    if rows:
        return Abstained(rows[0]["reason_en"], rows[0]["reason_zh"])
    return Abstained("no campaign whose days after the contact are over", "没有观察期已结束的营销活动")


def _facts(rows: list[dict[str, Any]], whole: dict[str, Any]) -> dict[str, Any]:
    campaigns = [row for row in rows if row["scope"] == "campaign"]
    kinds = ("scored", "effect only", "abstained")
    counts = {f"campaigns {kind}": sum(row["status"] == kind for row in campaigns) for kind in kinds}
    names = ("contacted_count", "control_count", "effect", "effect_low", "effect_high", "extra_responses", "cost_base")
    told = {name: whole.get(name) for name in (*names, "cost_per_extra_base", "reason_en")}
    return counts | told | {"verdict": whole["verdict_en"]}
