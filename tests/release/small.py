"""A small candidate whose every table says which edition it is, and suites for it."""

import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb

from data_quality.rules import Suite, mart_suites
from orchestration.release.model import ReleaseInfo
from orchestration.release.publish import publish
from orchestration.settings import Settings
from tests.release.watching import TABLES, WHO

AS_OF = date(2024, 6, 30)
SUITES = """
core.fct_orders:
  key: [order_id]
  events: [ordered_on]
  filled: [{column: customer_id, severity: critical, notes: Every order has a customer.}]
  one_of: [{column: status, allowed: [paid, cancelled], severity: critical, notes: States of an order.}]
  between: [{column: net_base, low: 0, severity: critical, notes: Net value.}]
marts.dim_customers:
  key: [customer_id]
  matches: [{column: email, pattern: '@', severity: critical, notes: An address.}]
marts.customer_rfm:
  key: [customer_id]
  between: [{column: r_score, low: 1, high: 5, severity: critical, notes: Quintile.}]
marts.daily_sales:
  key: [sold_on]
"""


class Small:
    """One warehouse under a temporary home."""

    def __init__(self, home: Path, kept: int = 3) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.settings = Settings(home=home, base_currency="GBP", as_of=None, threads=2, releases_kept=kept)

    def with_threads(self, threads: int) -> "Small":
        self.settings = replace(self.settings, threads=threads)
        return self

    def build(self, edition: int = 1, orders: int = 400, seed: int | None = None) -> "Small":
        """Write the candidate. `seed` shuffles the rows and changes what is no content."""
        with duckdb.connect(str(self.settings.work_db)) as con:
            for schema in ("core", "marts", "ops"):
                con.execute(f"create schema if not exists {schema}")
            order = f"order by hash(i, {seed})" if seed is not None else "order by i"
            loaded = f"timestamp '2024-07-01' + interval {seed or 0} minute"
            con.execute(f"""
                create or replace table core.fct_orders as
                select 's:o' || i as order_id, 'c' || (i % 40) as customer_id, date '2024-01-01' + (i % 180)::int
                       as ordered_on, case when i % 9 = 0 then 'cancelled' else 'paid' end as status,
                       (i * 1.37 + {edition})::decimal(18, 4) as net_base, i / 7.0::double as share,
                       {edition} as edition, {loaded} as loaded_at
                from range({orders}) as r (i) {order}""")
            con.execute("comment on table core.fct_orders is 'One row per order of the customer''s.'")
            con.execute(f"""
                create or replace table marts.dim_customers as
                select 'c' || i as customer_id, 'c' || i || '@example.org' as email, {edition} as edition
                from range(40) as r (i) {order}""")
            con.execute(f"""
                create or replace table marts.customer_rfm as
                select customer_id, 1 + i % 5 as r_score, edition
                from (select *, row_number() over (order by customer_id) as i from marts.dim_customers) {order}""")
            con.execute(f"""
                create or replace table marts.daily_sales as
                select ordered_on as sold_on, sum(net_base)::decimal(18, 4) as net_base, {edition} as edition
                from core.fct_orders group by ordered_on""")
            con.execute("""
                create or replace table ops.quarantine as
                select 'd1' as delivery_id, 'orders' as stream, 3 as record_no, column_name, typed as value,
                       'not_a_number' as rule, typed || ' is wrong' as message, typed::blob as content, 0 as route_no
                from (values ('email', 'anna@example.org'), ('currency', 'ZZZ')) as t (column_name, typed)""")
            con.execute(f"create or replace table marts.row_accounting as select {seed or 0} as duplicate_rows")
            con.execute("create or replace table core.int_orders as select 'half done' as state")
            con.execute("create or replace table ops.feed_state as select 'secret cursor' as state")
        return self

    def change(self, *statements: str) -> "Small":
        """Run SQL on the candidate, for planting faults."""
        with duckdb.connect(str(self.settings.work_db)) as con:
            for statement in statements:
                con.execute(statement)
        return self

    def edit(self, edition: int) -> "Small":
        """Make every table another edition."""
        return self.change(*(f"update {table} set edition = {edition}" for table in TABLES))

    def publish(self, fingerprint: str = "f") -> ReleaseInfo:
        return publish(self.settings, AS_OF, fingerprint)

    def suites(self) -> list[Suite]:
        path = self.settings.home / "marts.yml"
        path.write_text(SUITES, encoding="utf-8")
        return mart_suites(path)

    def current(self, sql: str) -> list[tuple]:
        """Ask the serving file, as any reader would, but without this process's cache of open databases."""
        with duckdb.connect() as con:
            con.execute(f"attach '{self.settings.current_release}' as served (read_only)")
            con.execute("use served")
            return con.execute(sql).fetchall()

    def served(self) -> set[tuple[str, int]]:
        """(release_id, edition) over all tables of the serving file: one element when it is whole."""
        return set(self.current(WHO))

    def flip(self, path: Path, offset: int) -> None:
        """Change one byte of a file."""
        path.chmod(0o644)
        data = bytearray(path.read_bytes())
        data[offset] ^= 1 << random.Random(offset).randrange(8)
        path.write_bytes(data)
