-- A month's windows rest on gaps that ended before it, so no later purchase moves a stage of the past.
with

gaps as (

    select
        cast(date_trunc('month', purchased_on) as date) as ended_month_on,
        {{ date_diff_days('previous_on', 'purchased_on') }} as gap_days,
        count(*) as gap_count
    from {{ ref('int_customers__purchase_days') }}
    where previous_on is not null
    group by cast(date_trunc('month', purchased_on) as date), {{ date_diff_days('previous_on', 'purchased_on') }}

),

began as (

    select
        (select min(happened_on) from {{ ref('customer_interactions') }}) as first_sign_on,
        (select min(purchased_on) from {{ ref('int_customers__purchase_days') }}) as first_on

),

months as (

    select distinct
        dates.month_on,
        began.first_on
    from {{ ref('dim_dates') }} as dates
    cross join began
    where dates.date_on >= began.first_sign_on

),

known as (

    select
        months.month_on,
        gaps.gap_days,
        sum(gaps.gap_count) as gap_count
    from months
    inner join gaps on months.month_on > gaps.ended_month_on
    group by months.month_on, gaps.gap_days

),

ranked as (

    {{ ranked_gaps('known', 'month_on') }}

),

measured as (

    select
        month_on,
        max(gaps_all) as gap_count,
        {{ gap_quantile(0.5) }} as median_gap_days,
        {{ gap_quantile(parameter('lifecycle_parameters', 'dormant_quantile')) }} as dormant_days,
        {{ gap_quantile(parameter('lifecycle_parameters', 'lost_quantile')) }} as lost_days
    from ranked
    group by month_on

),

judged as (

    select
        months.month_on,
        cast(coalesce(measured.gap_count, 0) as bigint) as gap_count,
        cast(measured.median_gap_days as integer) as median_gap_days,
        cast(measured.dormant_days as integer) as measured_dormant_days,
        cast(measured.lost_days as integer) as measured_lost_days,
        {{ parameter('lifecycle_parameters', 'is_measured') }} = 1
        and coalesce(measured.gap_count, 0) >= {{ parameter('lifecycle_parameters', 'min_gaps') }}
        and coalesce({{ date_diff_days('months.first_on', 'months.month_on') }}, 0)
        >= {{ parameter('lifecycle_parameters', 'min_history_days') }} as is_measured
    from months
    left join measured on months.month_on = measured.month_on

)

select
    month_on,
    gap_count,
    median_gap_days,
    measured_dormant_days,
    measured_lost_days,
    is_measured,
    case
        when is_measured then measured_dormant_days
        else cast({{ parameter('lifecycle_parameters', 'dormant_days') }} as integer)
    end as dormant_days,
    case
        when is_measured then greatest(measured_lost_days, measured_dormant_days + 1)
        else cast({{ parameter('lifecycle_parameters', 'lost_days') }} as integer)
    end as lost_days
from judged
