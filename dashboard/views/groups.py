"""Groups of like customers: how large, what sets them apart, which rule tells them, who is in them (S067, S068)."""

import pandas as pd

from dashboard import deviations
from dashboard.page import Page
from dashboard.queries import groups as ask
from dashboard.queries import segments
from dashboard.views.models import scored
from dashboard.views.segments import members


def render(page: Page) -> None:
    lang, text = page.text.lang, page.text
    found = scored(
        page, "customer_groups", lambda release: ask.profiles(release, lang), "scores.customer_group_profiles"
    )
    if not found:
        return
    titles = (text("group"), "", text("distance"))
    named = found[0].assign(group=found[0].group_no.astype(str))
    page.picture(
        "customer_groups", named, lambda f: deviations.deviations(f, "group", "feature_name", "distance", titles)
    )
    groups = ask.groups(page.release, lang)
    row = page.table("groups", groups, "scores.customer_groups", pick=True)
    page.table("group_means", means(page, found[0]), "scores.customer_group_profiles")
    if row is not None:
        chosen = str(groups.group_no[row])
        members(page, text("group_no", no=chosen), segments.members(page.release, "group", chosen))


def means(page: Page, profiles: pd.DataFrame) -> pd.DataFrame:
    """One row per feature: its mean in each group and of all, in the unit of the feature."""
    wide = profiles.pivot(index=["feature_name", "overall_mean"], columns="group_no", values="mean_value")
    order = list(dict.fromkeys(profiles.feature_name))
    named = wide.rename(columns=lambda no: page.text("group_no", no=no)).reset_index()
    return named.set_index("feature_name").loc[order].reset_index()
