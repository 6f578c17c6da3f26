"""Pictures and tables of a release for the metadata of its asset, as Dagster's pages show them."""

import base64
from pathlib import Path

import dagster as dg

from orchestration.release.connect import locked
from orchestration.release.model import ReleaseInfo

BLUE, INK = "#0072B2", "#1F2933"
WIDTH, HEIGHT, FOOT = 640, 180, 24  # pixels
SALES_TABLE, MONTHS = "marts.daily_sales", 24
SALES = f"""
    select strftime(month_on, '%Y-%m'), net from (
        select date_trunc('month', sold_on)::date as month_on, sum(net_base)::double as net
        from {SALES_TABLE} group by month_on order by month_on desc limit {MONTHS}
    ) order by month_on"""


def of_release(info: ReleaseInfo, path: Path) -> dict[str, dg.MetadataValue]:
    """Net sales by month as a picture, and the rows of every table; no picture of a release without sales."""
    rows = [dg.TableRecord({"table": name, "rows": table.rows}) for name, table in sorted(info.tables.items())]
    columns = dg.TableSchema([dg.TableColumn("table"), dg.TableColumn("rows", "int")])
    found: dict[str, dg.MetadataValue] = {"rows_by_table": dg.MetadataValue.table(rows, columns)}
    if SALES_TABLE in info.tables:
        with locked(path) as con:
            columns_there = {name for name, *_ in con.execute(f"describe {SALES_TABLE}").fetchall()}
            # A release serves already: a table that somebody has made otherwise costs the picture, not the run.
            months = con.execute(SALES).fetchall() if {"sold_on", "net_base"} <= columns_there else []
        if months:
            found["net_sales_by_month"] = dg.MetadataValue.md(image(bars(months), "Net sales by month"))
    return found


def bars(values: list[tuple[str, float]]) -> str:
    """Bars from a line of zero, as SVG: name below, value in a title that shows under the pointer."""
    high, low = max(0.0, *(value for _, value in values)), min(0.0, *(value for _, value in values))
    scale = (HEIGHT - 2 * FOOT) / ((high - low) or 1)
    step, zero = WIDTH / len(values), FOOT + high * scale
    every = -(-len(values) // 12)  # at most twelve names
    parts = []
    for place, (name, value) in enumerate(values):
        x, top, tall = place * step, zero - max(value, 0) * scale, abs(value) * scale
        parts.append(
            f'<rect x="{x + 0.1 * step:.1f}" y="{top:.1f}" width="{0.8 * step:.1f}" height="{tall:.1f}" fill="{BLUE}">'
            f"<title>{name}: {value:,.0f}</title></rect>"
        )
        if place % every == 0:
            parts.append(f'<text x="{x:.1f}" y="{HEIGHT - 6}">{name}</text>')
    top_value = f'<text x="0" y="12">{max(values, key=lambda one: one[1])[1]:,.0f}</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" '
        f'font-size="11" fill="{INK}">{top_value}{"".join(parts)}</svg>'
    )


def image(svg: str, title: str) -> str:
    """An SVG as an image in Markdown that loads nothing from elsewhere."""
    return f"![{title}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"
