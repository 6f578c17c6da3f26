"""What every page is given, and how pages show things: figures, pictures, tables, and what is not there."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import altair as alt
import pandas as pd
import streamlit as st
from altair.utils.schemapi import debug_mode

from dashboard.privacy import masked
from dashboard.release import Release
from dashboard.text import Text
from orchestration.report.facts import Span
from orchestration.settings import Settings
from orchestration.spreadsheet import neutralised

PERCENT = (
    "share",
    "_rate",
    "coverage",
    "attainment",
    "support",
    "confidence",
    "accuracy",
    "completeness",
    "timeliness",
    "churn_probability",
    "win_probability",
    "probability_low",
    "probability_high",
    "p_alive",
    "uplift_low",
    "uplift_high",
    "effect",
    "effect_low",
    "effect_high",
)
CHECKED = False  # tests check every chart
SHOWN_ROWS = 5_000  # of one table on a page; a download has all


@dataclass(frozen=True)
class Page:
    """The release, the language, and what the reader has chosen: a span of days, and an RFM segment or None."""

    release: Release
    text: Text
    settings: Settings
    span: Span
    segment: str | None

    def money(self, value: Any) -> str:
        """An amount of base currency, whole."""
        return f"{number(value)} {self.settings.base_currency}" if number(value) != "–" else "–"

    def head(self, key: str) -> None:
        """A heading of a part, with a line on how to read it."""
        st.subheader(self.text(f"parts.{key}.title"), anchor=key.replace("_", "-"))
        if how := self.text(f"parts.{key}").get("how"):
            st.caption(how)

    def picture(
        self, key: str, frame: pd.DataFrame, draw: Callable[[pd.DataFrame], alt.Chart], needs: str = ""
    ) -> bool:
        """A part with a chart and its figures as CSV; without rows, what is missing. Whether there was something."""
        self.head(key)
        if frame.empty:
            self.nothing(needs)
            return False
        st.altair_chart(
            ready(lambda: draw(frame)), width="stretch", alt=self.text(f"parts.{key}.title"), key=f"chart_{key}"
        )
        self.download(key, frame)
        return True

    def table(
        self, key: str, frame: pd.DataFrame, source: str = "", needs: str = "", pick: bool = False, head: bool = True
    ) -> int | None:
        """A part with a table whose labels come from `source`; with `pick`, the position of the row chosen."""
        if head:
            self.head(key)
        if frame.empty:
            self.nothing(needs)
            return None
        shown = safe(masked(frame.head(SHOWN_ROWS), source, self.settings.dashboard_role))
        shown = self._named(shown)
        options: dict[str, Any] = {"on_select": "rerun", "selection_mode": "single-row"} if pick else {}
        event = st.dataframe(
            shown,
            hide_index=True,
            width="stretch",
            key=f"table_{key}",
            placeholder="–",
            alt=self.text(f"parts.{key}.title"),
            column_config={name: self._column(source, name, shown[name]) for name in shown.columns},
            **options,
        )
        if pick:
            st.caption(self.text("pick"))
        self.download(key, frame, source)
        rows = event.selection.rows if pick else []
        return rows[0] if rows and rows[0] < len(shown) else None

    def download(self, key: str, frame: pd.DataFrame, source: str = "") -> None:
        """A button for the rows as CSV, harmless to spreadsheets, personal data as on the page."""
        st.download_button(
            self.text("download"),
            lambda: csv_of(masked(frame, source, self.settings.dashboard_role)),
            file_name=f"{key}-{self.release.release_id}.csv",
            mime="text/csv",
            key=f"csv_{key}",
            type="tertiary",
            icon=":material/download:",
            on_click="ignore",
        )

    def nothing(self, needs: str) -> None:
        """Says that there is nothing to show, and which streams would give it."""
        st.info(self.text(f"nothing.{'needs' if needs else 'none'}", streams=needs), icon=":material/inbox:")

    def _named(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Values of vocabularies by their names; other text as it is."""
        words = {name: frame[name].map(self.text.of) for name in frame.columns if name in NAMED}
        return frame.assign(**words)

    def _column(self, source: str, name: str, values: pd.Series) -> Any:
        label = self.text.column(source, name)
        if pd.api.types.is_bool_dtype(values):
            return st.column_config.CheckboxColumn(label)
        if pd.api.types.is_numeric_dtype(values):
            return st.column_config.NumberColumn(label, format="percent" if is_share(name) else "localized")
        if pd.api.types.is_datetime64_any_dtype(values):
            days = (values.dropna() == values.dropna().dt.normalize()).all()
            return st.column_config.DatetimeColumn(label, format="YYYY-MM-DD" if days else "YYYY-MM-DD HH:mm")
        return st.column_config.Column(label)


NAMED = {
    "rfm_segment",
    "segment_name",
    "stage",
    "tier",
    "quadrant",
    "channel_group",
    "abc_class",
    "class_four",
    "kind",
    "verdict",
    "from_segment",
    "to_segment",
    "priority",
    "driver",
    "label",
    "status",
    "attribution_rule",
    "state",
    "family",
    "stage_by_transaction",
    "stage_by_relationship",
    "stage_by_management",
    "value_level",
    "potential_level",
    "loyalty_level",
    "trend",
    "channel",
    "type",
    "segment_kind",
    "segment",
    "decided_by",
    "customer_type",
    "subject_kind",
    "purpose",
    "basis",
    "restraint",
    "scheme",
    "question",
    "model",
    "grade",
    "scope",
    "language",
    "mood",
    "method",
}


class _Ready(NamedTuple):
    """A chart that is not held against Vega's schema part by part, which takes longer than to make it."""

    draw: Callable[[], alt.Chart]

    def to_dict(self) -> dict[str, Any]:
        with debug_mode(CHECKED):
            return self.draw().to_dict(validate=CHECKED)


def ready(draw: Callable[[], alt.Chart]) -> Any:
    """What `draw` makes, as Streamlit takes it: all that it asks is `to_dict`."""
    return _Ready(draw)


def number(value: Any, digits: int = 0) -> str:
    """A number as people read it; – for unknown."""
    if value is None or pd.isna(value):
        return "–"
    return f"{value:,.{digits}f}".replace("-", "\u2212")


def percent(value: Any) -> str:
    """A share in percent; – for unknown."""
    return "–" if value is None or pd.isna(value) else f"{number(100 * value, 1)} %"


def is_share(name: str) -> bool:
    """Whether a column holds shares of one, by its name."""
    return name.endswith(PERCENT) or name.startswith("share_of")


def safe(frame: pd.DataFrame) -> pd.DataFrame:
    """Text that no spreadsheet runs: the table's own menu can save what it shows."""
    text = [name for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name])]
    made = {name: frame[name].map(lambda v: neutralised(v) if isinstance(v, str) else v) for name in text}
    floats = [name for name in frame.columns if pd.api.types.is_float_dtype(frame[name])]
    rounded = {name: frame[name].round(4 if is_share(name) else 2) for name in floats}
    return frame.assign(**made, **rounded)


def csv_of(frame: pd.DataFrame) -> bytes:
    """CSV that Excel reads as UTF-8 and runs nothing of (F-91).

    All text is quoted: pandas leaves a lone carriage return bare, and what follows it would begin a row of its own.
    """
    return safe(frame).to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC).encode("utf-8-sig")


def by_columns(*parts: Callable[[], Any], wide: Sequence[int] | None = None) -> None:
    """Parts side by side; one below the other on a phone."""
    for column, part in zip(st.columns(wide or len(parts), gap="large"), parts, strict=True):
        with column:
            part()
