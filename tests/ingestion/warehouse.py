"""A small warehouse for tests: write files and feeds, run ingestion, look at what came out."""

import os
import textwrap
import time
from pathlib import Path
from typing import Any

import duckdb

from orchestration.ingestion.accounting import DeliveryResult
from orchestration.ingestion.feeds import load_feeds
from orchestration.ingestion.ingest import ingest_feed
from orchestration.ingestion.lock import writer_lock
from orchestration.ingestion.store import connect
from orchestration.settings import Settings, settings

LINES_FEED = """
    feed: shop_lines
    system: shop
    source: {type: files, path: "in/*.csv"}
    streams:
      order_lines:
        map:
          order_ref: order_no
          line_ref: line
          product_ref: sku
          quantity: qty
          unit_price: price
          ordered_at: sold_at
"""
HEADER = "order_no,line,sku,qty,price,sold_at"


class Warehouse:
    """One CRM_HOME. `deliver` writes a file that is old enough to be taken, `run` ingests all feeds."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / "in").mkdir(exist_ok=True)

    @property
    def settings(self) -> Settings:
        return settings()

    def feed(self, text: str = LINES_FEED, name: str = "shop") -> Path:
        path = self.home / "feeds" / f"{name}.yml"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def deliver(self, name: str, content: str | bytes, folder: str = "in") -> Path:
        path = self.home / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        past = time.time() - 3600
        os.utime(path, (past, past))
        return path

    def lines(self, name: str, *records: str, header: str = HEADER) -> Path:
        return self.deliver(name, "\n".join([header, *records]) + "\n")

    def run(self, **options: Any) -> list[DeliveryResult]:
        with writer_lock(self.settings):
            con = connect(self.settings)
            try:
                feeds = load_feeds(self.settings.feeds)
                return [result for feed in feeds for result in ingest_feed(con, feed, self.settings, **options)]
            finally:
                con.close()

    def rows(self, query: str, *parameters: Any) -> list[tuple]:
        with duckdb.connect(str(self.settings.work_db), read_only=True) as con:
            return con.execute(query, list(parameters)).fetchall()

    def refused(self) -> list[tuple]:
        """(stream, record, column, value, rule) of every refused cell that is open."""
        return self.rows(
            """select stream, record_no, column_name, value, rule from ops.quarantine
            where status = 'open' order by all"""
        )

    def accounts(self) -> dict[str, tuple[int, int, int, int]]:
        """Per stream: records in, loaded, quarantined, rejected of the deliveries that stand."""
        found = self.rows(
            """select stream, sum(records_in)::bigint, sum(loaded)::bigint, sum(quarantined)::bigint,
                sum(rejected)::bigint
            from ops.deliveries where status <> 'superseded' group by stream"""
        )
        return {stream: tuple(counts) for stream, *counts in found}
