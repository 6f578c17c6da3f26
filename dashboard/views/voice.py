"""Voice: satisfaction and loyalty with intervals, what they depend on, moods of texts."""

import pandas as pd
import streamlit as st

from dashboard import charts, shares
from dashboard.page import Page, by_columns, number, percent
from dashboard.queries import voice as ask
from dashboard.text import plain
from dashboard.views.models import reasons, scored
from dashboard.views.overview import coverage

MOODS = ("#A63603", "#C3CAD2", "#3DAA8C", "#EDF0F3")  # negative, neutral, positive, unread: told apart in grey, too
TEXTS = "tickets, surveys, engagements"


def render(page: Page) -> None:
    coverage(page)
    figures(page)
    by_columns(lambda: months(page, "nps"), lambda: months(page, "csi"))
    by_columns(lambda: drivers(page, "satisfaction"), lambda: drivers(page, "loyalty"))
    moods(page)
    judged(page)
    page.table("by_segment", ask.by_segment(page.release, "nps"), "marts.voice_scores", "surveys")


def figures(page: Page) -> None:
    """Each figure with its interval; too few answers show their number only."""
    page.head("voice")
    frame = ask.figures(page.release, page.segment)
    if frame.empty:
        page.nothing("surveys, tickets, contracts")
        return
    for start in range(0, len(frame), 4):
        for place, row in zip(st.columns(4), frame[start : start + 4].itertuples(), strict=False):
            shown = percent if row.score_kind == "share" else lambda v: number(v, 1)
            few = bool(row.is_suppressed)
            place.metric(
                page.text.of(row.metric),
                page.text("too_few") if few else shown(row.score),
                border=True,
                help=plain(page.text.of(row.formula)),
            )
            between = "" if few else f"{shown(row.score_low)} … {shown(row.score_high)} · "
            place.caption(f"{between}n = {number(row.unit_count)}")


def months(page: Page, metric: str) -> None:
    frame = ask.months(page.release, metric, page.span)
    title = page.text.of(metric)
    page.picture(
        metric, frame, lambda f: charts.band(f, "month_on", "score", "score_low", "score_high", title), "surveys"
    )


def drivers(page: Page, analysis: str) -> None:
    frame = ask.drivers(page.release, analysis) if page.release.has("scores.satisfaction_drivers") else pd.DataFrame()
    key = f"drivers_{analysis}"
    if not frame.empty and frame.status.iloc[0] != "ok":
        page.head(key)
        if not frame.answer_count.iloc[0]:
            page.nothing("surveys")
            return
        st.info(page.text("abstained", reason=plain(frame.status.iloc[0])), icon=":material/block:")
        return
    if not frame.empty:
        frame = frame.assign(driver=frame.driver.map(page.text.of) + " · " + frame.priority.map(page.text.of))
    title = page.text("share_explained")
    page.picture(
        key,
        frame,
        lambda f: charts.intervals(f, "driver", "lmg_share", "share_low", "share_high", title, ".0%"),
        "surveys",
    )


def moods(page: Page) -> None:
    frame = ask.moods(page.release, page.span)
    frame = frame.assign(label=frame.label.map(page.text.of), month_on=pd.to_datetime(frame.month_on))
    title = page.text("texts")
    page.picture(
        "moods",
        frame,
        lambda f: charts.columns(f, "month_on", "texts", "label", title, MOODS),
        TEXTS,
    )


def judged(page: Page) -> None:
    """Moods per language by whichever is proven better there, model or lexicon; how many a person must read."""
    text = page.text
    found = scored(page, "text_moods", lambda release: ask.judged(release, page.span), needs=TEXTS)
    if not found:
        return
    frame = found[0].assign(mood_name=found[0].mood.map(text.of))
    frame = frame.assign(share=frame.texts / frame.groupby("language").texts.transform("sum"))
    frame = frame.assign(name=frame.language.map(text.of) + " · " + frame.method.map(text.of))
    page.picture("text_moods", frame, lambda f: shares.parts(f, "share", "name", "mood_name", MOODS, text("share")))
    why = reasons(page)
    for language in frame.language.unique():
        if reason := why.get(f"text_moods_{language}"):
            told = text("abstained", reason=plain(reason))
            st.caption(f"{text.of(language)}: {told}")
    columns = ["language", "mood", "texts", "share", "to_read", "method", "grade"]
    page.table("moods_judged", frame[columns], "scores.text_moods", head=False)
