"""What customers say: figures with intervals, what they depend on, moods of texts."""

import pandas as pd

from dashboard.release import Release
from orchestration.report.facts import Span


def figures(release: Release, segment: str | None) -> pd.DataFrame:
    """Every figure of the window, of all or of one RFM segment."""
    return release.ask(
        """
        select metric, score::double as score, score_low::double as score_low, score_high::double as score_high,
            unit_count, is_suppressed, score_kind, better, formula
        from marts.voice_scores
        where period_kind = 'window' and case when $segment::varchar is null then segment_kind = 'all'
            else segment_kind = 'rfm_segment' and segment = $segment end
        order by metric""",
        segment=segment,
    )


def months(release: Release, metric: str, span: Span) -> pd.DataFrame:
    """A figure per month of answers, with its interval; months with too few answers are left out."""
    return release.ask(
        """
        select period_on as month_on, metric, score::double as score, score_low::double as score_low,
            score_high::double as score_high, unit_count
        from marts.voice_scores
        where period_kind = 'month' and segment_kind = 'all' and not is_suppressed and metric = $metric
            and period_on between date_trunc('month', $since::date) and $until
        order by period_on""",
        metric=metric,
        since=span.since,
        until=span.until,
    )


def drivers(release: Release, analysis: str) -> pd.DataFrame:
    """What satisfaction or loyalty depends on: shares of the explained variance."""
    return release.ask(
        """
        select driver, lmg_share, share_low, share_high, rank_no, mean_percent, priority, r_squared,
            answer_count, status
        from scores.satisfaction_drivers where analysis = $analysis order by rank_no""",
        analysis=analysis,
    )


def moods(release: Release, span: Span) -> pd.DataFrame:
    """Texts per month and mood."""
    return release.ask(
        """
        select * from (
            select date_trunc('month', said_on)::date as month_on, label, count(*) as texts
            from marts.text_sentiment where said_on between $since and $until group by all
        ) order by list_position(['negative', 'neutral', 'positive', 'unread'], label), month_on""",
        since=span.since,
        until=span.until,
    )


def judged(release: Release, span: Span) -> pd.DataFrame:
    """Texts of the span per language and mood, as scores.text_moods judges them; `unsure` where a person must read.

    `method` is model, lexicon, or both where the model serves some streams only; empty where nobody reads them.
    """
    return release.ask(
        """
        select language, mood, string_agg(distinct method, ' + ' order by method) as method,
            max(grade) as grade, count(*) as texts, count(*) filter (where needs_reading) as to_read
        from (
            select coalesce(m.language, 'other') as language, coalesce(m.mood, 'unsure') as mood, m.method, m.grade,
                m.needs_reading
            from scores.text_moods m join marts.text_sentiment t using (stream, record_id)
            where t.said_on between $since and $until
        ) group by language, mood
        order by language = 'other', language, list_position(['negative', 'neutral', 'positive', 'unsure'], mood)""",
        since=span.since,
        until=span.until,
    )


def by_segment(release: Release, metric: str) -> pd.DataFrame:
    """A figure by kind of segment."""
    return release.ask(
        """
        select segment_kind, segment, score::double as score, score_low::double as score_low,
            score_high::double as score_high, unit_count
        from marts.voice_scores
        where period_kind = 'window' and metric = $metric and not is_suppressed
        order by segment_kind <> 'all', segment_kind, segment""",
        metric=metric,
    )
