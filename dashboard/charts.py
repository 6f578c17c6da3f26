"""Charts in colours that colour-blind people tell apart (Okabe and Ito), with names or shapes beside the colour."""

import json
from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

BLUE, ORANGE, GREEN, RED, PURPLE, SKY, GREY, INK = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#8A94A0",
    "#1F2933",
)
COLOURS = [BLUE, ORANGE, GREEN, RED, PURPLE, SKY, GREY, INK]
LAYERS = [BLUE, "#F0E442", GREEN, "#7A3E00", SKY, INK, ORANGE, GREY]  # neighbours differ in lightness: print shows them
DASHES = [[1, 0], [7, 3], [2, 2], [8, 3, 2, 3], [12, 4], [4, 4], [1, 3], [6, 2, 1, 2]]  # lines differ without colour
HEIGHT = 340
FRAME, LEGEND = 70, 50  # pixels that axes and a legend take of a chart's height
TICKS = [-1, -0.5, 0, 0.5, 1, 2, 5, 10, 20]  # growth is skewed: its axis is a symmetric logarithm
WHOLE, SHARE, MONTH = ",.0f", ".0%", "%Y-%m"


def bars(frame: pd.DataFrame, x: str, y: str, x_title: str, y_title: str, form: str = WHOLE) -> alt.Chart:
    """Horizontal bars in the order of the rows, each with its number beside it. `x` is the number, `y` the name."""
    base = alt.Chart(frame).encode(y=alt.Y(f"{y}:N", sort=None, title=y_title, axis=names_axis()))
    room = alt.Scale(domainMax=1.25 * float(max(frame[x].max(), 0) or 1))  # for the number beside the longest bar
    shown = base.mark_bar(color=BLUE).encode(
        x=alt.X(f"{x}:Q", title=x_title, axis=alt.Axis(format=form, tickCount=4), scale=room),
        tooltip=[alt.Tooltip(f"{y}:N", title=y_title or x_title), alt.Tooltip(f"{x}:Q", title=x_title, format=form)],
    )
    text = base.mark_text(align="left", dx=4, color=INK).encode(x=alt.X(f"{x}:Q"), text=alt.Text(f"{x}:Q", format=form))
    return (shown + text).properties(height=FRAME + 28 * frame[y].nunique())


def pairs(frame: pd.DataFrame, x: str, y: str, colour: str, x_title: str, form: str = SHARE) -> alt.Chart:
    """Bars of several kinds side by side per name."""
    kinds = list(dict.fromkeys(frame[colour]))
    return (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            y=alt.Y(f"{y}:N", sort=None, title=None, axis=names_axis()),
            yOffset=alt.YOffset(f"{colour}:N", sort=kinds),
            x=alt.X(f"{x}:Q", title=x_title, axis=alt.Axis(format=form, tickCount=5)),
            color=coloured(colour, kinds),
            tooltip=[
                alt.Tooltip(f"{y}:N"),
                alt.Tooltip(f"{colour}:N"),
                alt.Tooltip(f"{x}:Q", format=form, title=x_title),
            ],
        )
        .properties(height=FRAME + LEGEND + 17 * len(kinds) * frame[y].nunique())
    )


def months(frame: pd.DataFrame, x: str, y: str, colour: str, y_title: str, form: str = WHOLE) -> alt.Chart:
    """Lines over months, one per kind with its colour and dashes, with points."""
    kinds = list(dict.fromkeys(frame[colour]))
    return (
        alt.Chart(frame)
        .mark_line(point=True, strokeWidth=2)
        .encode(
            x=_month(x),
            y=alt.Y(f"{y}:Q", title=y_title, axis=alt.Axis(format=form, tickCount=5), scale=alt.Scale(zero=False)),
            color=coloured(colour, kinds, symbol="stroke"),
            strokeDash=dashed(colour, kinds),
            tooltip=[
                alt.Tooltip(f"{x}:T", format=MONTH),
                alt.Tooltip(f"{colour}:N"),
                alt.Tooltip(f"{y}:Q", format=form),
            ],
        )
        .properties(height=HEIGHT)
    )


def with_year_before(
    frame: pd.DataFrame, x: str, y: str, before: str, names: tuple[str, str], y_title: str
) -> alt.Chart:
    """Bars of months and a line of the same months a year before."""
    base = alt.Chart(frame).encode(x=_month(x, axis="yearmonth"), color=coloured("kind", names))
    month = alt.Tooltip(f"{x}:T", format=MONTH)
    bar = base.transform_calculate(kind=json.dumps(names[0])).mark_bar()
    line = base.transform_calculate(kind=json.dumps(names[1])).mark_line(point=True, strokeWidth=2)
    bar = bar.encode(
        y=alt.Y(f"{y}:Q", title=y_title, axis=alt.Axis(format="~s", tickCount=5)),
        tooltip=[month, alt.Tooltip(f"{y}:Q", format=WHOLE, title=names[0])],
    )
    line = line.encode(
        y=alt.Y(f"{before}:Q"), tooltip=[month, alt.Tooltip(f"{before}:Q", format=WHOLE, title=names[1])]
    )
    return (bar + line).properties(height=HEIGHT)


def stacked(frame: pd.DataFrame, x: str, y: str, colour: str, y_title: str) -> alt.Chart:
    """Stacked areas over months in the order in which the kinds come."""
    kinds = list(dict.fromkeys(frame[colour]))
    return (
        alt.Chart(frame)
        .mark_area(opacity=1, line={"color": "white"})
        .encode(
            x=_month(x),
            y=alt.Y(f"{y}:Q", title=y_title, stack=True, axis=alt.Axis(format=WHOLE, tickCount=5)),
            color=coloured(colour, kinds, LAYERS),
            order=alt.Order("_order:Q"),
            tooltip=[
                alt.Tooltip(f"{x}:T", format=MONTH),
                alt.Tooltip(f"{colour}:N"),
                alt.Tooltip(f"{y}:Q", format=WHOLE),
            ],
        )
        .transform_calculate(_order=f"indexof({json.dumps(kinds)}, datum[{json.dumps(colour)}])")
        .properties(height=HEIGHT)
    )


def columns(
    frame: pd.DataFrame, x: str, y: str, colour: str, y_title: str, palette: Sequence[str] = LAYERS
) -> alt.Chart:
    """Stacked bars of counts per month."""
    kinds = list(dict.fromkeys(frame[colour]))
    return (
        alt.Chart(frame)
        .mark_bar(stroke="white")
        .encode(
            x=_month(x, axis="yearmonth"),
            y=alt.Y(f"{y}:Q", title=y_title, stack=True, axis=alt.Axis(format=WHOLE, tickCount=5)),
            color=coloured(colour, kinds, palette),
            tooltip=[
                alt.Tooltip(f"{x}:T", format=MONTH),
                alt.Tooltip(f"{colour}:N"),
                alt.Tooltip(f"{y}:Q", format=WHOLE),
            ],
        )
        .properties(height=HEIGHT)
    )


def funnel(frame: pd.DataFrame, y: str, title: str) -> alt.Chart:
    """Stages from the top, each with its number and the share that goes on to the next."""
    goes_on = "isValid(datum.conversion) ? '  →  ' + format(datum.conversion, '.0%') : ''"
    label = f"format(datum[{json.dumps(y)}], ',') + ({goes_on})"
    width = alt.Scale(domainMax=1.35 * float(frame[y].max() or 1))  # room for the text beside the longest bar
    base = alt.Chart(frame).encode(
        y=alt.Y("stage:N", sort=None, title=None, axis=names_axis()),
        x=alt.X(f"{y}:Q", title=title, scale=width, axis=None),
    )
    tips = [
        alt.Tooltip("stage:N"),
        alt.Tooltip(f"{y}:Q", format=WHOLE, title=title),
        alt.Tooltip("conversion:Q", format=".1%"),
    ]
    text = (
        base.transform_calculate(label=label).mark_text(align="left", dx=6, color=INK).encode(text=alt.Text("label:N"))
    )
    return (base.mark_bar(color=BLUE).encode(tooltip=tips) + text).properties(height=48 * len(frame))


def band(frame: pd.DataFrame, x: str, y: str, low: str, high: str, y_title: str) -> alt.Chart:
    """A line over months in the band of its interval."""
    base = alt.Chart(frame).encode(x=_month(x))
    y_axis = alt.Y(f"{low}:Q", title=y_title, scale=alt.Scale(zero=False))
    tips = [alt.Tooltip(f"{x}:T", format=MONTH), *(alt.Tooltip(f"{one}:Q", format=".1f") for one in (y, low, high))]
    area = base.mark_area(opacity=0.25, color=SKY).encode(y=y_axis, y2=alt.Y2(f"{high}:Q"))
    return (area + base.mark_line(point=True, color=BLUE).encode(y=alt.Y(f"{y}:Q"), tooltip=tips)).properties(
        height=HEIGHT
    )


def heat(
    frame: pd.DataFrame,
    x: str,
    y: str,
    value: str,
    titles: tuple[str, str, str],
    form: str = WHOLE,
    order: Sequence[str] | None = None,
) -> alt.Chart:
    """A grid of numbers, darker for more; the number stands in its cell. `y` grows upwards when it is a number.

    Names stand in the order in which they come, or in `order` on both axes.
    """
    high = frame[value].max()
    kind = "O" if pd.api.types.is_numeric_dtype(frame[y]) else "N"
    base = alt.Chart(frame).encode(
        x=alt.X(
            f"{x}:{kind}",
            title=titles[0],
            sort=order if kind == "N" else "ascending",
            axis=alt.Axis(labelAngle=0 if kind == "O" else -40, labelOverlap=False, labelLimit=130),
        ),
        y=alt.Y(f"{y}:{kind}", title=titles[1], sort=order if kind == "N" else "descending", axis=names_axis()),
        tooltip=[alt.Tooltip(f"{x}:N"), alt.Tooltip(f"{y}:N"), alt.Tooltip(f"{value}:Q", title=titles[2], format=form)],
    )
    cells = base.mark_rect().encode(
        color=alt.Color(f"{value}:Q", scale=alt.Scale(scheme="blues", domainMin=0), legend=None)
    )
    number = alt.Text(f"{value}:Q", format=form)
    colour = alt.condition(alt.datum[value] > 0.55 * high, alt.value("white"), alt.value(INK))
    text = base.mark_text().encode(text=number, color=colour)
    return (cells + text).properties(height=2 * FRAME + 34 * frame[y].nunique())


def scatter(
    frame: pd.DataFrame,
    x: str,
    y: str,
    size: str,
    colour: str,
    titles: tuple[str, str, str],
    tips: Sequence[Any],
    kinds: Sequence[str],
) -> alt.Chart:
    """Bubbles in two dimensions; the place of a kind in `kinds` gives its colour and shape, whatever else is there."""
    return (
        alt.Chart(frame)
        .mark_point(filled=True, opacity=0.7)
        .encode(
            x=alt.X(f"{x}:Q", title=titles[0], axis=alt.Axis(format="~%", tickCount=5)),
            y=alt.Y(
                f"{y}:Q", title=titles[1], axis=alt.Axis(format="~%", values=TICKS), scale=alt.Scale(type="symlog")
            ),
            size=alt.Size(f"{size}:Q", title=titles[2], legend=None),
            color=coloured(colour, kinds),
            shape=alt.Shape(f"{colour}:N", scale=alt.Scale(domain=list(kinds)), legend=legend_above()),
            tooltip=list(tips),
        )
        .properties(height=HEIGHT + 60)
    )


def intervals(
    frame: pd.DataFrame, name: str, value: str, low: str, high: str, x_title: str, form: str = ".2f"
) -> alt.Chart:
    """A point with its interval per name."""
    base = alt.Chart(frame).encode(y=alt.Y(f"{name}:N", sort=None, title=None, axis=names_axis()))
    rule = base.mark_rule(strokeWidth=3, color=SKY).encode(
        x=alt.X(f"{low}:Q", title=x_title, axis=alt.Axis(format=form)), x2=alt.X2(f"{high}:Q")
    )
    tips = [alt.Tooltip(f"{one}:Q", format=form) for one in (value, low, high)]
    return (
        rule + base.mark_point(filled=True, size=90, color=BLUE).encode(x=alt.X(f"{value}:Q"), tooltip=tips)
    ).properties(height=FRAME + 42 * frame[name].nunique())


def _month(x: str, axis: str = "") -> alt.X:
    unit = f"{axis}({x}):O" if axis else f"{x}:T"
    ticks = {} if axis else {"tickCount": {"interval": "month", "step": 1}}  # else a month may stand there twice
    return alt.X(unit, title=None, axis=alt.Axis(format=MONTH, labelAngle=-40, labelOverlap=True, **ticks))


def legend_above(symbol: str | None = None) -> alt.Legend:
    """A legend above the chart, four kinds in a row."""
    given = {"symbolType": symbol, "symbolSize": 300} if symbol else {}
    return alt.Legend(orient="top", title=None, labelLimit=160, columns=4, **given)


def names_axis() -> alt.Axis:
    return alt.Axis(labelLimit=190, labelOverlap=False)


def coloured(
    colour: str, kinds: Sequence[str], palette: Sequence[str] = COLOURS, symbol: str | None = None
) -> alt.Color:
    """Colours of kinds in their order, with a legend unless there is but one; `symbol` is that of the legend."""
    legend = legend_above(symbol) if len(kinds) > 1 else None
    given = [palette[place % len(palette)] for place in range(len(kinds))]
    return alt.Color(f"{colour}:N", scale=alt.Scale(domain=list(kinds), range=given), legend=legend)


def dashed(colour: str, kinds: Sequence[str]) -> alt.StrokeDash:
    """Dashes that tell lines apart where colours are not seen; the legend shows them with the colours."""
    given = [DASHES[place % len(DASHES)] for place in range(len(kinds))]
    legend = legend_above("stroke") if len(kinds) > 1 else None
    return alt.StrokeDash(f"{colour}:N", scale=alt.Scale(domain=list(kinds), range=given), legend=legend)
