"""Scores: tables of schema `scores` that Python computes from the built models, after dbt and before the audit.

A scorer is a module with `score(con, as_of, home)` that replaces its own tables and returns the cards of its models; it
reads core, features and marts and nothing after `as_of`. It is skipped where what it reads was not built.
"""

from datetime import date
from importlib import import_module
from pathlib import Path

import duckdb

# Module -> relations it reads.
SCORERS: dict[str, tuple[str, ...]] = {
    "ml.drivers": ("core.fct_surveys",),
    "ml.churn": ("features.customer_features", "features.customer_labels", "features.feature_windows"),
    "ml.lifetime_value": ("core.fct_orders", "features.customer_features"),
    "ml.purchase_timing": ("core.fct_orders", "core.fct_order_lines", "core.dim_products"),
    "ml.offers": ("core.fct_orders", "core.fct_order_lines", "core.dim_products", "marts.customer_consents"),
    "ml.win": ("core.fct_opportunities", "marts.deal_forecasts", "seeds.forecast_parameters"),
    # Reads scores of churn and lifetime value.
    "ml.scorecard": ("core.fct_campaign_contacts", "features.customer_features", "marts.customer_contribution"),
}


def score_all(con: duckdb.DuckDBPyConnection, as_of: date, home: Path | None = None) -> list[str]:
    """Runs every scorer whose inputs exist, in order; names of those that ran.

    `home` is the warehouse's folder, where artefacts (models/) and cards (reports/models/) are kept.
    """
    tables = con.execute("select table_schema, table_name from information_schema.tables").fetchall()
    present = {f"{schema}.{table}" for schema, table in tables}
    wanted = [name for name, reads in SCORERS.items() if present.issuperset(reads)]
    if not wanted:
        return []
    con.execute("create schema if not exists scores")
    cards = []
    for name in wanted:
        cards += import_module(name).score(con, as_of, home) or []
    if cards:
        from ml.card import frame, write_pages
        from ml.tables import CARDS

        CARDS.write(con, frame(cards))
        if home is not None:
            write_pages(cards, home / "reports" / "models")
    return wanted
