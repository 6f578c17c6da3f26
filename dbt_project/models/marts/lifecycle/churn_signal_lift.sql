-- Who buys more is seen more: a sign that comes with buying is counted per day of purchase, an answer per person asked.
-- Intervals are those of a ratio of shares (Katz) or of rates, by the logarithm; they need one sign on either side.
with

windows as (

    select distinct lookback_days from {{ ref('churn_reason_rules') }}

),

bought as (

    select
        windows.lookback_days,
        count(*) filter (where cases.is_lost) as lost_count,
        count(*) filter (where not cases.is_lost) as stayed_count
    from {{ ref('churn_cases') }} as cases
    inner join {{ ref('int_customers__purchase_days') }} as days
        on cases.customer_id = days.customer_id and cases.last_purchase_on >= days.purchased_on
    inner join windows on {{ date_diff_days('days.purchased_on', 'cases.last_purchase_on') }} <= windows.lookback_days
    group by windows.lookback_days

),

shown as (

    select
        reason,
        signal,
        count(*) filter (where is_lost) as lost_asked,
        count(*) filter (where not is_lost) as stayed_asked,
        count(*) filter (where is_lost and evidence_count > 0) as lost_persons,
        count(*) filter (where not is_lost and evidence_count > 0) as stayed_persons,
        sum(case when is_lost then evidence_count end) as lost_signs,
        sum(case when not is_lost then evidence_count end) as stayed_signs
    from {{ ref('churn_evidence') }}
    group by reason, signal

),

based as (

    select
        rules.reason,
        rules.signal,
        rules.base,
        cast(coalesce(case rules.base when 'asked' then shown.lost_asked else bought.lost_count end, 0) as bigint) as lost_base_count,
        cast(coalesce(case rules.base when 'asked' then shown.lost_persons else shown.lost_signs end, 0) as bigint) as lost_sign_count,
        cast(coalesce(case rules.base when 'asked' then shown.stayed_asked else bought.stayed_count end, 0) as bigint)
            as stayed_base_count,
        cast(coalesce(case rules.base when 'asked' then shown.stayed_persons else shown.stayed_signs end, 0) as bigint)
            as stayed_sign_count
    from {{ ref('churn_reason_rules') }} as rules
    left join bought on rules.lookback_days = bought.lookback_days
    left join shown on rules.reason = shown.reason and rules.signal = shown.signal

),

shares as (

    select
        *,
        cast(lost_sign_count as double) / nullif(lost_base_count, 0) as lost_share,
        cast(stayed_sign_count as double) / nullif(stayed_base_count, 0) as stayed_share,
        case when lost_sign_count > 0 and stayed_sign_count > 0 then power(greatest(
            1.0 / nullif(lost_sign_count, 0) + 1.0 / nullif(stayed_sign_count, 0)
            - case base when 'asked' then 1.0 / nullif(lost_base_count, 0) + 1.0 / nullif(stayed_base_count, 0) else 0 end,
            0
        ), 0.5) end as log_error
    from based

)

select
    reason,
    signal,
    base,
    lost_base_count,
    lost_sign_count,
    stayed_base_count,
    stayed_sign_count,
    lost_share,
    stayed_share,
    lost_share / nullif(stayed_share, 0) as lift,
    lost_share / nullif(stayed_share, 0) * power(2.718281828459045, -1.96 * log_error) as lift_low,
    lost_share / nullif(stayed_share, 0) * power(2.718281828459045, 1.96 * log_error) as lift_high
from shares
