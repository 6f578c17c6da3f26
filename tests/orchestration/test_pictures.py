"""Dagster's page of the release shows net sales by month and the rows of every table."""

import base64
import re
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from orchestration.components.pictures import bars, of_release
from orchestration.release.model import ReleaseInfo, TableInfo


def release(*tables: str) -> ReleaseInfo:
    infos = {name: TableInfo(3, "0") for name in tables}
    return ReleaseInfo("r000001-aa", date(2026, 6, 30), datetime(2026, 7, 1, tzinfo=UTC), "h", "f", "s", 1, infos)


def test_the_picture_has_a_bar_per_month_as_high_as_its_sales(tmp_path: Path) -> None:
    path = tmp_path / "r.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("""create schema marts; create table marts.daily_sales as select * from (values
            (date '2026-05-03', 100.0), (date '2026-05-09', 100.0), (date '2026-06-01', -50.0)) t(sold_on, net_base)""")
    found = of_release(release("marts.daily_sales"), path)
    svg = base64.b64decode(found["net_sales_by_month"].value.split("base64,")[1].rstrip(")")).decode()
    assert re.findall("<title>(.*?)</title>", svg) == ["2026-05: 200", "2026-06: -50"]
    heights = [float(height) for height in re.findall('<rect .*? height="([0-9.]+)"', svg)]
    assert round(heights[0] / heights[1], 1) == 4.0


def test_a_release_without_sales_has_its_table_and_no_picture(tmp_path: Path) -> None:
    found = of_release(release("core.customers"), tmp_path / "none.duckdb")
    (row,) = found["rows_by_table"].records
    assert list(found) == ["rows_by_table"] and row.data == {"table": "core.customers", "rows": 3}


def test_bars_of_nothing_but_zeros_are_drawn() -> None:
    assert bars([("2026-06", 0.0)]).count("<rect") == 1
