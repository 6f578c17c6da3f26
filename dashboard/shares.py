"""Charts of shares: over shares, in classes, as parts of a whole, and what was said of them against what came."""

import json
from collections.abc import Sequence

import altair as alt
import pandas as pd

from dashboard.charts import BLUE, FRAME, GREY, HEIGHT, LEGEND, SHARE, WHOLE, coloured, dashed, legend_above


def curve(frame: pd.DataFrame, x: str, y: str, colour: str, titles: tuple[str, str]) -> alt.Chart:
    """Lines of shares over shares, with the thin line of evenness."""
    kinds = list(dict.fromkeys(frame[colour]))
    even = (
        alt.Chart(pd.DataFrame({"x": [0, 1], "y": [0, 1]}))
        .mark_line(strokeWidth=1, color=GREY)
        .encode(x=alt.X("x:Q"), y=alt.Y("y:Q"))
    )
    drawn = (
        alt.Chart(frame)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X(f"{x}:Q", title=titles[0], axis=alt.Axis(format="~%")),
            y=alt.Y(f"{y}:Q", title=titles[1], axis=alt.Axis(format="~%")),
            color=coloured(colour, kinds, symbol="stroke"),
            strokeDash=dashed(colour, kinds),
            tooltip=[
                alt.Tooltip(f"{colour}:N"),
                alt.Tooltip(f"{x}:Q", format=SHARE),
                alt.Tooltip(f"{y}:Q", format=".1%"),
            ],
        )
    )
    return (even + drawn).properties(height=HEIGHT)


def histogram(frame: pd.DataFrame, x: str, y: str, titles: tuple[str, str], form: str = SHARE) -> alt.Chart:
    """Bars over classes that were counted in SQL; `x` is the lower bound of a class."""
    return (
        alt.Chart(frame)
        .mark_bar(color=BLUE)
        .encode(
            x=alt.X(f"{x}:O", title=titles[0], axis=alt.Axis(format=form, labelAngle=0)),
            y=alt.Y(f"{y}:Q", title=titles[1]),
            tooltip=[alt.Tooltip(f"{x}:Q", format=form), alt.Tooltip(f"{y}:Q", format=WHOLE)],
        )
        .properties(height=HEIGHT)
    )


def parts(frame: pd.DataFrame, x: str, y: str, colour: str, palette: Sequence[str], x_title: str) -> alt.Chart:
    """Bars of shares that fill each row, in the order of the kinds."""
    kinds = list(dict.fromkeys(frame[colour]))
    rank = f"indexof({json.dumps(kinds)}, datum[{json.dumps(colour)}])"
    base = (
        alt.Chart(frame)
        .transform_calculate(_order=rank)
        .encode(
            y=alt.Y(f"{y}:N", sort=None, title=None, axis=alt.Axis(labelLimit=190)),
            x=alt.X(f"{x}:Q", title=x_title, stack="zero", axis=alt.Axis(format=".0%", tickCount=5)),
            order=alt.Order("_order:Q"),
        )
    )
    bars = base.mark_bar(stroke="white").encode(
        color=alt.Color(f"{colour}:N", scale=alt.Scale(domain=kinds, range=list(palette)), legend=legend_above()),
        tooltip=[alt.Tooltip(f"{y}:N"), alt.Tooltip(f"{colour}:N"), alt.Tooltip(f"{x}:Q", format=".1%", title=x_title)],
    )
    return bars.properties(height=2 * FRAME + LEGEND + 36 * frame[y].nunique())


def calibration(frame: pd.DataFrame, name: str, titles: tuple[str, str]) -> alt.Chart:
    """What was said against what came, in tenths, per name; thin line: both are one. Columns predicted, observed, n."""
    kinds = list(dict.fromkeys(frame[name]))
    even = (
        alt.Chart(pd.DataFrame({"x": [0, 1], "y": [0, 1]}))
        .mark_line(strokeWidth=1, color=GREY)
        .encode(x=alt.X("x:Q"), y=alt.Y("y:Q"))
    )
    base = alt.Chart(frame).encode(
        x=alt.X("predicted:Q", title=titles[0], axis=alt.Axis(format=SHARE)),
        y=alt.Y("observed:Q", title=titles[1], axis=alt.Axis(format=SHARE)),
        color=coloured(name, kinds, symbol="stroke"),
    )
    tips = [alt.Tooltip(f"{name}:N"), *(alt.Tooltip(f"{one}:Q", format=".1%") for one in ("predicted", "observed"))]
    points = base.mark_point(size=60, filled=True).encode(
        tooltip=[*tips, alt.Tooltip("n:Q", format=WHOLE)],
    )
    return (even + base.mark_line().encode(strokeDash=dashed(name, kinds)) + points).properties(height=HEIGHT)
