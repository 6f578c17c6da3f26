"""Pictures of the report as SVG. Letters stay text, so that the reader's browser shows any script by its own fonts."""

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from orchestration.report.facts import Row

INK, BLUE, PALE, WARM = "#1f2933", "#2b6cb0", "#cbd5e0", "#dd6b20"
STAGES = ["#a0aec0", "#63b3ed", "#2b6cb0", "#dd6b20", "#9b2c2c"]
CHANGES = {"changes": ("entered", "departed"), "changes_net": ("entered_net", "departed_net")}
FONTS = ["Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "DejaVu Sans"]
_STYLE = {
    "svg.fonttype": "none", "svg.hashsalt": "acrm", "font.family": "sans-serif", "font.sans-serif": FONTS,
    "font.size": 10, "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": PALE,
    "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK, "text.color": INK, "axes.titlesize": 11,
    "axes.titleweight": "bold", "axes.titlelocation": "left",
}  # fmt: skip


def months(rows: Sequence[Row], words: Mapping[str, Any]) -> str:
    """Net sales: bars of the span's months, a line of the same months a year before."""
    shown, before = [row["month_on"] for row in rows], [row["before"] for row in rows]

    def draw(axes: Any) -> None:
        places = range(len(shown))
        axes.bar(places, [row["net"] for row in rows], color=BLUE, width=0.7, label=words["charts"]["year"])
        if any(value is not None for value in before):
            line = [float("nan") if value is None else value for value in before]
            axes.plot(places, line, color=WARM, marker="o", markersize=4, label=words["charts"]["before"])
        axes.set_xticks(places, [f"{month:%Y-%m}" for month in shown], rotation=45 if len(shown) > 8 else 0)
        axes.axhline(0, color=PALE, linewidth=0.8)
        axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(0, 1.16), ncols=2)

    return _svg(draw, (9.6, 3.2), money="y")


def segments(rows: Sequence[Row], words: Mapping[str, Any]) -> str:
    """Two bars side by side per RFM segment: its share of the customers, its share of the money."""
    people, money = sum(row["customers"] for row in rows), sum(row["money"] or 0 for row in rows)
    names = [words["segments"].get(row["segment"], row["segment"]) for row in rows]

    def draw(axes: Any) -> None:
        places = [-place for place in range(len(rows))]
        axes.barh([p + 0.2 for p in places], [row["customers"] / people for row in rows], 0.38, color=PALE,
                  label=words["charts"]["customers"])  # fmt: skip
        if money > 0:
            axes.barh([p - 0.2 for p in places], [(row["money"] or 0) / money for row in rows], 0.38, color=BLUE,
                      label=words["charts"]["money"])  # fmt: skip
        axes.set_yticks(places, names)
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
        axes.set_title(words["charts"]["segments"])
        axes.legend(frameon=False, loc="lower right")

    return _svg(draw, (6.4, 3.6))


def changes(
    rows: Sequence[Row], names: Sequence[str], ends: tuple[str, str], title: str, words: Mapping[str, str]
) -> str:
    """Who entered a segment to the right, who left it to the left; `ends` are the two columns, in people or money."""
    entered, departed = ends

    def draw(axes: Any) -> None:
        places = [-place for place in range(len(rows))]
        for column, sign, colour, word in ((entered, 1, BLUE, "entered"), (departed, -1, WARM, "departed")):
            bars = axes.barh(places, [sign * float(row[column]) for row in rows], 0.66, color=colour, label=words[word])
            axes.bar_label(bars, [f"{row[column]:,.0f}" for row in rows], padding=3, fontsize=8)
        axes.margins(x=0.16)
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.set_yticks(places, names)
        axes.tick_params(axis="y", length=0)
        axes.xaxis.set_visible(False)
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.set_title(title, pad=28)
        axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(-0.02, 1.13), ncols=2)

    return _svg(draw, (6.4, 3.6))


def lifecycle(rows: Sequence[Row], words: Mapping[str, Any]) -> str:
    """Stacked areas: customers in each stage at the end of every month."""
    days = sorted({row["month_on"] for row in rows})
    stages = dict(sorted({(row["stage_no"], row["stage"]) for row in rows}))
    count = {(row["month_on"], row["stage_no"]): row["customers"] for row in rows}

    def draw(axes: Any) -> None:
        heights = [[count.get((day, number), 0) for day in days] for number in stages]
        labels = [words["stages"].get(stage, stage) for stage in stages.values()]
        axes.stackplot(range(len(days)), heights, labels=labels, colors=STAGES)
        step = max(1, len(days) // 6)
        axes.set_xticks(range(0, len(days), step), [f"{day:%Y-%m}" for day in days[::step]])
        axes.set_title(words["charts"]["lifecycle"], pad=26)
        axes.legend(
            frameon=False, loc="upper left", bbox_to_anchor=(-0.02, 1.13), ncols=5, columnspacing=1, handlelength=1
        )
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")

    return _svg(draw, (6.4, 3.6))


def funnel(rows: Sequence[Row], measure: str, title: str, words: Mapping[str, Any]) -> str:
    """Centred bars, one per stage from the top, with count and share that goes on."""

    def draw(axes: Any) -> None:
        widest = max(row[measure] for row in rows) or 1
        for place, row in enumerate(rows):
            axes.barh(-place, row[measure], left=-row[measure] / 2, color=BLUE, alpha=1 - 0.14 * place, height=0.72)
            name = words["stages"].get(row["stage"], row["stage"])
            axes.text(-0.55 * widest, -place, name, ha="right", va="center")
            axes.text(0.55 * widest, -place, f"{row[measure]:,}", ha="left", va="center")
            if row["conversion"] is not None and place + 1 < len(rows):
                axes.text(0, -place - 0.5, f"{100 * row['conversion']:.0f} %", ha="center", va="center", fontsize=8,
                          bbox={"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": PALE})  # fmt: skip
        axes.set_xlim(-0.95 * widest, 0.85 * widest)
        axes.set_axis_off()
        axes.set_title(title)

    return _svg(draw, (6.4, 3.2))


def _svg(draw: Callable[[Any], None], size: tuple[float, float], money: str = "") -> str:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.add_subplot()
        draw(axes)
        if money:
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        text = io.StringIO()
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = text.getvalue()
    return svg[svg.index("<svg") :]
