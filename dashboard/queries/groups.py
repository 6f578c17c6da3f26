"""Groups of like customers, with what sets them apart."""

import pandas as pd

from dashboard.release import Release


def profiles(release: Release, lang: str) -> pd.DataFrame:
    """One row per group and feature: the group's mean, that of all, and how far apart they are in standard deviations.

    Features stand in one order for all groups, the one that sets groups apart most first.
    """
    return release.ask(
        f"""
        select group_no, feature_{lang} as feature_name, customer_count, customer_share, mean_value, overall_mean,
            distance, grade
        from scores.customer_group_profiles
        order by max(abs(distance)) over (partition by feature) desc nulls last, feature, group_no"""
    )


def groups(release: Release, lang: str) -> pd.DataFrame:
    """One row per group: its size, money, and the rule that most of its customers fall under.

    `rule_share` is the share of the group's customers for whom the tree's rule names this group.
    """
    return release.ask(
        f"""
        with rules as (
            select group_no, rule_{lang} as rule, count(*) as hits
            from scores.customer_groups where rule_group_no = group_no group by group_no, rule_no, rule
            qualify row_number() over (partition by group_no order by hits desc, rule_no) = 1
        ),
        sizes as (
            select g.group_no, count(*) as customer_count, count(*) / sum(count(*)) over () as share_of_customers,
                sum(c.net_base)::double as money,
                count(*) filter (where g.rule_group_no = g.group_no) / count(*) as rule_share, max(g.grade) as grade
            from scores.customer_groups g join marts.dim_customers c using (customer_id)
            where g.group_no is not null group by g.group_no
        )
        select group_no, customer_count, share_of_customers, money, rule, rule_share, grade
        from sizes left join rules using (group_no) order by group_no"""
    )
