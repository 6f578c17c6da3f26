"""Personal data is hidden unless CRM_DASHBOARD_ROLE says that who looks may see it (S172). Off by default."""

import pandas as pd

from dashboard.text import columns

MASK = "•••"
ROLES = {"viewer": False, "steward": True}  # role -> may see personal data


def may_see(role: str) -> bool:
    """Whether a role sees personal data; a role that nobody defined does not."""
    return ROLES.get(role, False)


def masked(frame: pd.DataFrame, table: str, role: str) -> pd.DataFrame:
    """The frame of a table's columns, those with personal data hidden from roles that may not see it.

    Hidden is what the model's file calls personal (`pii`: direct, identifier or quasi). Nothing of a value is left,
    because two letters and a domain are enough to tell people apart.
    """
    if may_see(role):
        return frame
    known = columns(table)
    hidden = [name for name in frame.columns if name in known and known[name].pii]
    return frame.assign(**{name: frame[name].astype(object).where(frame[name].isna(), MASK) for name in hidden})
