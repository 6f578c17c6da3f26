"""The questions of the leaders' report, asked of a span that the reader chose: one definition for both."""

import re

import pandas as pd

from dashboard.release import Release
from orchestration.report.facts import QUERIES, Span


def asked(release: Release, name: str, span: Span) -> pd.DataFrame:
    """Rows of a named question of the report (figures, months, lifecycle, deals, people, products, …)."""
    sql = QUERIES[name]
    given = {key: value for key, value in vars(span).items() if re.search(rf"\${key}\b", sql)}
    return release.ask(sql, **given)
