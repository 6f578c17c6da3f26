"""Scores: tables of schema `scores` that Python computes from the built models, after dbt and before the audit.

A scorer is a module with `score(con, as_of, home)` that replaces its own tables and returns the cards of its models; it
reads core, features and marts and nothing after `as_of`. It is skipped where what it reads was not built.
"""

import time
from collections.abc import Callable
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import duckdb

from ml.tables import CARDS

Told = Callable[[str, str, float], None]


class Scorer(NamedTuple):
    """Relations that a module reads and tables of `scores` that it writes."""

    reads: tuple[str, ...]
    writes: tuple[str, ...]


SCORERS: dict[str, Scorer] = {
    "ml.drivers": Scorer(("core.fct_surveys",), ("satisfaction_drivers",)),
    "ml.churn": Scorer(
        (
            "features.customer_features",
            "features.customer_labels",
            "features.feature_windows",
            "seeds.feature_parameters",
        ),
        ("churn", "purchase_intent"),
    ),
    "ml.lifetime_value": Scorer(("core.fct_orders", "features.customer_features"), ("lifetime_value",)),
    "ml.purchase_timing": Scorer(("core.fct_orders", "core.fct_order_lines", "core.dim_products"), ("next_purchase",)),
    "ml.offers": Scorer(
        ("core.fct_orders", "core.fct_order_lines", "core.dim_products", "marts.customer_consents"),
        ("product_offers",),
    ),
    "ml.groups": Scorer(
        ("features.customer_features", "seeds.feature_parameters"), ("customer_groups", "customer_group_profiles")
    ),
    "ml.win": Scorer(
        ("core.fct_opportunities", "marts.deal_forecasts", "seeds.forecast_parameters"), ("win_probability",)
    ),
    "ml.sales_forecast": Scorer(
        ("core.fct_orders", "core.fct_order_lines", "core.dim_products"), ("sales_forecast", "forecast_ledger")
    ),
    "ml.subscription_churn": Scorer(("marts.party_users",), ("subscription_churn",)),
    "ml.funnel": Scorer(
        ("core.fct_opportunities", "marts.deal_forecasts", "seeds.forecast_parameters"), ("funnel_forecast",)
    ),
    "ml.text_moods": Scorer(
        (
            "core.fct_surveys",
            "core.fct_tickets",
            "intermediate.int_texts",
            "marts.text_sentiment",
            "seeds.text_ratings",
        ),
        ("text_moods",),
    ),
    "ml.scorecard": Scorer(
        (
            "core.fct_campaign_contacts",
            "core.fct_campaign_responses",
            "marts.customer_contribution",
            "scores.churn",
            "scores.lifetime_value",
            "seeds.feature_parameters",
        ),
        ("customer_scorecard",),
    ),
    "ml.campaign_uplift": Scorer(
        (
            "core.fct_campaign_contacts",
            "core.fct_orders",
            "core.fct_marketing_spend",
            "features.customer_features",
            "seeds.feature_parameters",
        ),
        ("campaign_uplift",),
    ),
}


def scorers(present: set[str]) -> dict[str, Scorer]:
    """Those whose inputs are among these relations or are written by one before them, in order."""
    found: dict[str, Scorer] = {}
    known = set(present)
    for name, scorer in SCORERS.items():
        if known.issuperset(scorer.reads):
            found[name] = scorer
            known |= {f"scores.{table}" for table in scorer.writes}
    return found


def score_all(
    con: duckdb.DuckDBPyConnection,
    as_of: date,
    home: Path | None = None,
    told: Told = lambda *_: None,
) -> list[str]:
    """Runs every scorer whose inputs exist, in order; names of those that ran.

    `home` is the warehouse's folder, where artefacts (models/) and cards (reports/models/) are kept. `told` hears of
    each scorer when it is done: its name, the grades of its models in one text, seconds.
    """
    tables = con.execute("select table_schema, table_name from information_schema.tables").fetchall()
    wanted = list(scorers({f"{schema}.{table}" for schema, table in tables if schema != "scores"}))
    if not wanted:
        return []
    con.execute("create schema if not exists scores")
    cards = []
    for name in wanted:
        start = time.perf_counter()
        own = import_module(name).score(con, as_of, home) or []
        grades = ", ".join(f"{card['model']} {card['grade']}" for card in own)
        told(name.removeprefix("ml."), grades, time.perf_counter() - start)
        cards += own
    if cards:
        from ml.card import frame, write_pages

        CARDS.write(con, frame(cards))
        if home is not None:
            write_pages(cards, home / "reports" / "models")
    return wanted
