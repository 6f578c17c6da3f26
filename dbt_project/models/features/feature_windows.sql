-- A window is a quantile of the closed gaps between days of purchase; a segment with few gaps takes the window of all.
with

gaps as (

    select
        days.customer_id,
        segments.segment,
        {{ date_diff_days('days.previous_on', 'days.purchased_on') }} as gap_days
    from {{ ref('int_customers__purchase_days') }} as days
    inner join {{ ref('feature_segments') }} as segments on days.customer_id = segments.customer_id
    where days.previous_on is not null

),

counted as (

    select
        segment,
        gap_days,
        count(*) as gap_count
    from gaps
    group by segment, gap_days
    union all
    select
        'all' as segment,
        gap_days,
        count(*) as gap_count
    from gaps
    group by gap_days

),

ranked as (

    {{ ranked_gaps('counted', 'segment') }}

),

measured as (

    select
        segment,
        max(gaps_all) as gap_count,
        {{ gap_quantile(parameter('feature_parameters', 'window_quantile')) }} as window_days
    from ranked
    group by segment

),

segments as (

    select distinct segment from {{ ref('feature_segments') }}

),

chosen as (

    select
        segments.segment,
        coalesce(own.gap_count, 0) as gap_count,
        coalesce(own.gap_count, 0) >= {{ parameter('feature_parameters', 'min_gaps') }} as is_own,
        own.window_days as own_days,
        case when company.gap_count >= {{ parameter('feature_parameters', 'min_gaps') }} then company.window_days end as company_days
    from segments
    left join measured as own on segments.segment = own.segment
    left join measured as company on company.segment = 'all'

)

select
    segment,
    cast(gap_count as bigint) as gap_count,
    case when is_own then 'segment' when company_days is not null then 'company' else 'fixed' end as window_basis,
    cast(least(
        greatest(
            coalesce(case when is_own then own_days end, company_days, {{ parameter('feature_parameters', 'window_days') }}),
            {{ parameter('feature_parameters', 'min_window_days') }}
        ),
        {{ parameter('feature_parameters', 'max_window_days') }}
    ) as integer) as window_days
from chosen
