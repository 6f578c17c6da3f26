"""Hand-made journeys: visits of people by channel, and the orders that end them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

import duckdb

START = datetime(2024, 3, 1, 9)
ORDER = ["int_channel_touches", "int_channel_path_touches", "conversion_touchpoints", "channel_removal_effects"]

Path = tuple[list[str], str | None]


class Journeys:
    """The channel marts over `paths`: (channels in order, money of the order or None), one person each, a day apart."""

    def __init__(self, models: dict[str, str], paths: Iterable[Path]) -> None:
        catalog = models["int_channel_touches"].split('"')[1]
        self.con = duckdb.connect(config={"threads": 1})
        self.con.execute(f"attach ':memory:' as {catalog}; use {catalog}")
        self.con.execute("""
            create schema core; create schema marts; create schema seeds; create schema intermediate;
            create table core.fct_web_sessions (session_id text, customer_id text, visitor_id text,
                started_at timestamp, started_on date, first_channel_group text, first_source text);
            create table core.fct_orders (order_id text, customer_id text, visitor_id text, channel_group text,
                ordered_at timestamp, ordered_on date, is_cancelled boolean, positive_line_count bigint,
                net_base decimal(18, 4));
            create table core.fct_campaign_responses (response_id text, customer_id text, channel text,
                response_kind text, responded_at timestamp, responded_on date);
            create table seeds.touchpoint_kinds (response_kind text, is_touch boolean);
            create table seeds.channel_groups (kind text, value text, channel_group text)""")
        self._fill(list(paths))
        for name in [*ORDER, "channel_attribution"]:
            schema = "intermediate" if name.startswith("int_") else "marts"
            self.con.execute(f"create table {schema}.{name} as {models[name]}")

    def _fill(self, paths: list[Path]) -> None:
        visits, orders = [], []
        for no, (channels, money) in enumerate(paths):
            person = f"p{no:05}"
            for step, channel in enumerate(channels):
                at = START + timedelta(days=step)
                visits.append((f"{person}-{step}", person, None, at, at.date(), channel, None))
            if money is not None:
                at = START + timedelta(days=len(channels))
                orders.append((f"o{no:05}", person, None, "store", at, at.date(), False, 1, Decimal(money)))
        if visits:
            self.con.executemany("insert into core.fct_web_sessions values (?, ?, ?, ?, ?, ?, ?)", visits)
        if orders:
            self.con.executemany("insert into core.fct_orders values (?, ?, ?, ?, ?, ?, ?, ?, ?)", orders)

    def conversions(self, rule: str) -> dict[str, float]:
        """Conversions credited to each channel by a touch."""
        return dict(
            self.con.execute(
                "select channel_group, sum(conversion_count) from marts.channel_attribution"
                " where attribution_rule = ? and basis = 'touch' group by all",
                [rule],
            ).fetchall()
        )

    def query(self, sql: str) -> list[tuple]:
        return self.con.execute(sql).fetchall()
