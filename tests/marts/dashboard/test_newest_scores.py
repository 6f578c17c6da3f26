"""Groups, campaigns, moods and calibration stand on the pages as the tables of scores say; refusals say why."""

import json

import pandas as pd
import pytest

from dashboard.queries.models import calibration
from dashboard.queries.segments import members
from dashboard.release import serving
from dashboard.text import WORDS
from orchestration.report.facts import Span
from orchestration.settings import Settings
from tests.marts.dashboard.look import at_home, opened, rows

__all__ = ["at_home"]


def table(at, *columns: str) -> pd.DataFrame:
    """The table of the page that has these columns."""
    (found,) = [frame.value for frame in at.dataframe if set(columns) <= set(frame.value)]
    return found


def test_groups_on_the_page_are_those_of_the_release_with_the_rule_that_most_fall_under(
    released: Settings, at_home
) -> None:
    at_home(released)
    wanted = rows(
        released,
        """select group_no, count(*), round(count(*) filter (where rule_group_no = group_no) / count(*), 4)
        from scores.customer_groups where group_no > 0 group by 1 order by 1""",
    )
    assert wanted, "the demo company has groups"
    at = opened("segments")
    shown = table(at, "group_no", "rule")
    assert list(zip(shown.group_no, shown.customer_count, shown.rule_share, strict=True)) == wanted
    for group, rule in zip(shown.group_no, shown.rule, strict=True):
        hits = rows(
            released,
            f"""select rule_en from scores.customer_groups where group_no = {group} and rule_group_no = {group}
            group by 1 order by count(*) desc, min(rule_no) limit 1""",
        )
        assert [(rule,)] == hits
    means = table(at, "feature_name", "overall_mean")
    ((most,),) = rows(
        released, "select feature_en from scores.customer_group_profiles order by abs(distance) desc limit 1"
    )
    assert means.feature_name[0] == most and means.shape == (len(means), 2 + len(wanted))
    first, count = str(wanted[0][0]), wanted[0][1]
    assert len(members(serving(released), "group", first)) == count


def test_effects_of_campaigns_are_those_of_the_release_and_refusals_say_why(released: Settings, at_home) -> None:
    at_home(released)
    for lang in ("en", "zh"):
        wanted = rows(
            released,
            f"select scope_id, round(effect, 4), contacted_count, coalesce(verdict_{lang}, reason_{lang})"
            " from scores.campaign_uplift",
        )
        shown = table(opened("channels", lang), "said", "effect_low")
        assert len(shown) == len(wanted) > 3 and shown.said.notna().all()
        assert sorted(shown.said) == sorted(why for *_, why in wanted)
        assert shown.contacted_count.sum() == sum(count for _, _, count, _ in wanted)
        known = sorted(effect for _, effect, _, _ in wanted if effect is not None)
        assert sorted(shown.effect.dropna()) == pytest.approx(known)
        assert WORDS[lang]["all_campaigns"] in set(shown.name)


def test_moods_add_up_to_the_texts_of_the_span_and_an_unproven_language_says_why(released: Settings, at_home) -> None:
    at_home(released)
    since = Span.months_to(serving(released).as_of, 12).since
    ((texts, to_read),) = rows(
        released,
        f"""select count(*), count(*) filter (where needs_reading) from scores.text_moods
        join marts.text_sentiment using (stream, record_id) where said_on >= '{since}'""",
    )
    silent = rows(released, "select reason_zh from scores.model_cards where model like 'text_moods%' and grade > 'D'")
    at = opened("voice", "zh")
    shown = table(at, "mood", "to_read")
    assert shown.texts.sum() == texts > 0 and shown.to_read.sum() == to_read
    assert shown.groupby("language").share.sum().round(2).eq(1).all()
    captions = "\n".join(caption.value for caption in at.caption)
    assert all(reason.replace("-", "\\-") in captions for (reason,) in silent)


def test_calibration_is_that_of_the_cards(released: Settings) -> None:
    """The tenths of a card hold everybody once, and the curve rises with what was said."""
    frame = calibration(serving(released))
    for model, card in rows(released, "select model, card from scores.model_cards"):
        windows = json.loads(card).get("windows") or [{}]
        bins = windows[0].get("bins", [])
        part = frame[frame.model == model]
        assert part.n.sum() == sum(one["n"] for one in bins) and part.predicted.is_monotonic_increasing
