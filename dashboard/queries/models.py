"""What models say of customers, and how far they can be trusted."""

import pandas as pd

from dashboard.release import Release
from ml.grade import LISTABLE

CLASSES = 20
GOOD = f"grade in {LISTABLE}"  # a score of another grade makes no list


def score_tables(release: Release) -> pd.DataFrame:
    """Tables of scores with their number of rows."""
    names = sorted(name for name in release.tables if name.startswith("scores."))
    if not names:
        return pd.DataFrame(columns=["name", "row_count"])
    counted = " union all ".join(f"select '{name}' as name, count(*) as row_count from {name}" for name in names)
    return release.ask(f"{counted} order by name")


def cards(release: Release) -> pd.DataFrame:
    """Models of the run: grade, what serves, how good it was against the best baseline, why it is silent."""
    return release.ask(
        """
        select model, status, grade, serves, auc, baseline, gain, gain_low, slope, expires_on, reason_en, reason_zh
        from scores.model_cards order by model"""
    )


def calibration(release: Release) -> pd.DataFrame:
    """What models said against what came, in tenths of those judged, on the newest window that lay ahead of them."""
    return release.ask(
        """
        select model, (bin ->> '$.predicted')::double as predicted, (bin ->> '$.observed')::double as observed,
            (bin ->> '$.n')::bigint as n
        from (
            select model, unnest(json_extract(card::json, '$.windows[0].bins[*]')) as bin from scores.model_cards
        ) order by model, predicted"""
    )


def churn(release: Release) -> pd.DataFrame:
    """Customers per twentieth of the probability to leave."""
    return release.ask(
        f"""
        select least(floor(churn_probability * {CLASSES}), {CLASSES - 1}) / {CLASSES} as probability,
            count(*) as customer_count
        from scores.churn where churn_probability is not null group by all order by all"""
    )


def churn_list(release: Release, segment: str | None, lang: str) -> pd.DataFrame:
    """Customers most likely to leave by a graded score with its first reason, the most valuable first among equals."""
    return release.ask(
        f"""
        select s.customer_id, s.churn_probability, s.probability_low, s.probability_high, s.window_days,
            s.reason_1_{lang} as reason, s.grade, c.rfm_segment, c.net_base::double as net_base
        from scores.churn s join marts.dim_customers c using (customer_id)
        where s.churn_probability is not null and s.{GOOD} and ($segment::varchar is null or c.rfm_segment = $segment)
        order by s.churn_probability desc, c.net_base desc nulls last, s.customer_id limit 500""",
        segment=segment,
    )


def sales_forecast(release: Release) -> pd.DataFrame:
    """Sales of all: what earlier forecasts were measured by, then what is to come with its 80 % interval."""
    return release.ask(
        """
        select distinct period_on as month_on, actual::double as amount, actual::double as low, actual::double as high
        from scores.forecast_ledger where level = 'all'
        union all
        select period_on, forecast::double, low::double, high::double from scores.sales_forecast where level = 'all'
        order by month_on"""
    )


def lifetime(release: Release) -> pd.DataFrame:
    """Expected twelve-month revenue by RFM segment."""
    return release.ask(
        """
        select c.rfm_segment, count(*) as customer_count, sum(s.clv_revenue_12m)::double as clv_revenue_12m
        from scores.lifetime_value s join marts.dim_customers c using (customer_id)
        where s.clv_revenue_12m is not null group by all order by clv_revenue_12m desc, rfm_segment"""
    )


def win(release: Release, lang: str) -> pd.DataFrame:
    """Open deals with their chance to be won, the most money to expect first."""
    return release.ask(
        f"""
        select opportunity_id, stage_no, expected_amount_base::double as expected_amount_base, win_probability,
            probability_low, probability_high, base_win_rate, seller_win_rate,
            expected_won_base::double as expected_won_base, reason_1_{lang}, reason_2_{lang}, grade
        from scores.win_probability where win_probability is not null
        order by expected_won_base desc nulls last, opportunity_id limit 500"""
    )


def funnel(release: Release) -> pd.DataFrame:
    """What the open deals of each system are expected to bring, beside the naive rule, and how such forecasts did."""
    return release.ask(
        """
        select system, until_on, method, open_count, open_base::double as open_base, won_count, won_count_low,
            won_count_high, won_base::double as won_base, won_base_low::double as won_base_low,
            won_base_high::double as won_base_high, naive_won_base::double as naive_won_base, bias_base, coverage_base,
            grade
        from scores.funnel_forecast where status = 'scored' order by system"""
    )


def next_purchase(release: Release, customer_id: str, lang: str) -> pd.DataFrame:
    """When one customer is expected next: over all first, then by category, the nearest day first."""
    return release.ask(
        f"""
        select category, last_purchase_on, usual_gap_days, next_purchase_on, next_purchase_low_on,
            next_purchase_high_on, is_overdue, reason_{lang}, grade
        from scores.next_purchase where customer_id = $id and status = 'scored'
        order by category <> 'all', next_purchase_on, category""",
        id=customer_id,
    )


def offers(release: Release, customer_id: str, lang: str) -> pd.DataFrame:
    """What to offer one customer, by kind and rank, with the reason."""
    return release.ask(
        f"""
        select 'offer_' || kind as kind, rank, product_name, reason_{lang}, grade
        from scores.product_offers where customer_id = $id order by kind, rank""",
        id=customer_id,
    )


def of_customer(release: Release, table: str, customer_id: str) -> pd.DataFrame:
    """The row of one customer in a table of scores."""
    return release.ask(f"select * exclude (release_id) from {table} where customer_id = $id", id=customer_id)
