"""Charts of what may lie on either side of zero: means of groups against those of all, effects with their interval.

Blue is more and orange is less, which colour-blind people tell apart; signs and shapes say it without colour.
"""

import altair as alt
import pandas as pd

from dashboard.charts import BLUE, FRAME, GREY, INK, RED, SKY

STRONG = 1.2  # standard deviations from which on a cell has its full colour
DARK = 0.75  # of STRONG, from which on its number is white


def deviations(frame: pd.DataFrame, x: str, y: str, value: str, titles: tuple[str, str, str]) -> alt.Chart:
    """A grid of signed numbers: blue above zero, orange below, paler near it; the number stands in its cell."""
    names = {"axis": alt.Axis(labelLimit=170, labelOverlap=False)}
    base = alt.Chart(frame).encode(
        x=alt.X(f"{x}:N", title=titles[0], sort=None, axis=alt.Axis(labelAngle=0, labelOverlap=False, orient="top")),
        y=alt.Y(f"{y}:N", title=titles[1] or None, sort=None, **names),
        tooltip=[
            alt.Tooltip(f"{x}:N"),
            alt.Tooltip(f"{y}:N"),
            alt.Tooltip(f"{value}:Q", title=titles[2], format="+.2f"),
        ],
    )
    scale = alt.Scale(domain=[-STRONG, 0, STRONG], range=[RED, "#F7F7F7", BLUE], clamp=True)
    cells = base.mark_rect().encode(color=alt.Color(f"{value}:Q", scale=scale, legend=None))
    bound = DARK * STRONG
    dark = (alt.datum[value] > bound) | (alt.datum[value] < -bound)
    text = base.mark_text().encode(
        text=alt.Text(f"{value}:Q", format="+.1f"), color=alt.condition(dark, alt.value("white"), alt.value(INK))
    )
    return (cells + text).properties(height=FRAME + 34 * frame[y].nunique())


def effects(frame: pd.DataFrame, name: str, columns: tuple[str, str, str], shown: str, x_title: str) -> alt.Chart:
    """An effect with its interval per name, and the line of no effect.

    `columns` are the effect and the ends of its interval. `shown` is true where the interval lies off zero: a filled
    diamond; else a hollow circle.
    """
    value, low, high = columns
    base = alt.Chart(frame).encode(y=alt.Y(f"{name}:N", sort=None, title=None, axis=alt.Axis(labelLimit=150)))
    tips = [alt.Tooltip(f"{name}:N"), *(alt.Tooltip(f"{one}:Q", format="+.1%") for one in columns)]
    rule = base.mark_rule(strokeWidth=3, color=SKY).encode(
        x=alt.X(f"{low}:Q", title=x_title, axis=alt.Axis(format="+.0%", tickCount=5)), x2=alt.X2(f"{high}:Q")
    )
    point = base.mark_point(size=80, strokeWidth=2, color=BLUE).encode(
        x=alt.X(f"{value}:Q"),
        shape=alt.Shape(f"{shown}:N", scale=alt.Scale(domain=[False, True], range=["circle", "diamond"]), legend=None),
        fill=alt.condition(alt.datum[shown], alt.value(BLUE), alt.value("white")),
        tooltip=tips,
    )
    none = alt.Chart(pd.DataFrame({"at": [0]})).mark_rule(color=GREY, strokeDash=[4, 4]).encode(x="at:Q")
    return (none + rule + point).properties(height=FRAME + 26 * frame[name].nunique())
