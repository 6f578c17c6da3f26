-- A channel does not pay when even the upper bound of its conversion rate, at its revenue per conversion, brings less than it costs.
with

channels as (

    select
        *,
        case when source = 'none' then channel_group else channel_group || ' · ' || source end as label,
        conversion_count / nullif(touch_count, 0) as conversion_share
    from {{ ref('channel_reallocation') }}
    where spend_base > 0 and conversion_count <= touch_count

),

bounded as (

    select
        *,
        cast(spend_base as double) / nullif(cast(revenue_base as double), 0) * conversion_share as paying_share
    from channels

),

methods as (

    select *
    from {{ ref('campaign_method_effect') }}
    where customer_type = 'all' and control_count > 0

)

select
    'channel_not_paying' as rule,
    channel_group || ':' || source as subject,
    label as subject_en,
    label as subject_zh,
    cast(conversion_count as bigint) as hit_count,
    touch_count as base_count,
    cast(null as bigint) as item_count,
    cast(cast(roas as decimal(18, 2)) as varchar) as detail,
    cast(conversion_share as double) as observed_share,
    paying_share as expected_share,
    cast(spend_base - revenue_base as decimal(18, 2)) as size_base
from bounded
where conversion_share > 0
union all
select
    'budget_shift', 'budget', 'all paid channels', '全部付费渠道', cast(sum(conversion_count) as bigint), cast(sum(touch_count) as bigint),
    count(*) filter (where change_base <> 0), cast(sum(case when change_base > 0 then change_base end) as varchar),
    cast(sum(expected_revenue_base) / nullif(sum(revenue_base), 0) as double), null,
    cast(sum(expected_revenue_base - revenue_base) as decimal(18, 2))
from channels
having sum(expected_revenue_base - revenue_base) > 0
union all
-- What those without the message buy anyway is the comparison: the rate of the control group.
select
    'campaign_without_effect', channel_group as subject, channel_group as subject_en, channel_group as subject_zh,
    cast(treated_rate * treated_count as bigint), treated_count, control_count, cast(cast(cost_base as decimal(18, 2)) as varchar),
    cast(treated_rate as double), cast(control_rate as double), cast(cost_base as decimal(18, 2))
from methods
where cost_base > 0 and uplift_low <= 0
