-- Sums of decimals are exact, so a variance from them is the same on any number of threads.
{%- set z = var('interval_z') %}
with

answers as (

    select * from {{ ref('int_voice_answers') }}

),

segments as (

    {%- for kind in ['customer_kind', 'country', 'rfm_segment'] %}
    select
        customer_id, '{{ kind }}' as segment_kind, coalesce(cast({{ kind }} as varchar), 'unknown') as segment
    from {{ ref('dim_customers') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

observed as (

    select
        'window' as period_kind, {{ as_of() }} as period_on, metric, 'all' as segment_kind, 'all' as segment, unit_value
    from answers where is_in_window
    union all
    select
        'window', {{ as_of() }}, answers.metric, segments.segment_kind, segments.segment, answers.unit_value
    from answers
    inner join segments on answers.customer_id = segments.customer_id
    where answers.is_in_window
    {%- for vocabulary in ['transaction', 'relationship'] %}
    union all
    select
        'window', {{ as_of() }}, answers.metric, '{{ vocabulary }}_stage', lifecycle.stage_by_{{ vocabulary }}, answers.unit_value
    from answers
    inner join {{ ref('customer_lifecycle') }} as lifecycle
        on
            answers.customer_id = lifecycle.customer_id
            and answers.happened_on >= lifecycle.valid_from
            and answers.happened_on < coalesce(lifecycle.valid_to, cast('9999-12-31' as date))
    where answers.is_in_window
    {%- endfor %}
    union all
    select
        'month', cast(date_trunc('month', happened_on) as date), metric, 'all', 'all', unit_value
    from answers where metric not in ('repurchase_rate', 'complaint_rate')

),

summed as (

    select
        period_kind,
        period_on,
        metric,
        segment_kind,
        segment,
        count(*) as unit_count,
        cast(sum(unit_value) as double) / count(*) as mean_value,
        (
            cast(sum(cast(unit_value * unit_value as decimal(18, 8))) as double)
            - cast(sum(unit_value) as double) * cast(sum(unit_value) as double) / count(*)
        ) / nullif(count(*) - 1, 0) as variance
    from observed
    group by period_kind, period_on, metric, segment_kind, segment

),

bounded as (

    select
        summed.*,
        metrics.kind,
        metrics.formula,
        metrics.better,
        summed.unit_count < {{ var('small_n') }} as is_suppressed,
        case metrics.kind when 'balance' then -100 else 0 end as lowest,
        case metrics.kind when 'share' then 1 else 100 end as highest,
        case
            when metrics.kind = 'share' then {{ wilson_bound('summed.mean_value', 'summed.unit_count', '-') }}
            else summed.mean_value - {{ z }} * power(greatest(summed.variance, 0) / summed.unit_count, 0.5)
        end as low,
        case
            when metrics.kind = 'share' then {{ wilson_bound('summed.mean_value', 'summed.unit_count', '+') }}
            else summed.mean_value + {{ z }} * power(greatest(summed.variance, 0) / summed.unit_count, 0.5)
        end as high
    from summed
    inner join {{ ref('voice_metrics') }} as metrics on summed.metric = metrics.metric

)

select
    metric,
    period_kind,
    period_on,
    segment_kind,
    segment,
    unit_count,
    cast(case when not is_suppressed then mean_value end as decimal(9, 4)) as score,
    cast(case when not is_suppressed then greatest(low, lowest) end as decimal(9, 4)) as score_low,
    cast(case when not is_suppressed then least(high, highest) end as decimal(9, 4)) as score_high,
    is_suppressed,
    kind as score_kind,
    better,
    formula
from bounded
