-- Rows of three kinds are stacked and added up, so that spend without a touch and sales without spend both stay.
with

touches as (

    select
        cast(date_trunc('month', touched_at) as date) as month_on,
        *
    from {{ ref('int_channel_path_touches') }}

),

credits as (

    select
        *,
        {{ var('channel_rule') }}_base as credit_base,
        {{ var('channel_rule') }}_share as credit_share
    from {{ ref('conversion_touchpoints') }}

),

orders as (

    select
        order_id,
        customer_id,
        cast(date_trunc('month', ordered_on) as date) as month_on,
        case when channel_group = 'other' then 'unattributed' else channel_group end as channel_group,
        not is_cancelled and positive_line_count > 0 as is_purchase,
        net_base,
        row_number() over (
            partition by customer_id, not is_cancelled and positive_line_count > 0 order by ordered_at, ordered_on, order_id
        ) as order_no
    from {{ ref('fct_orders') }}

),

first_touches as (

    select
        order_id,
        channel_group,
        source
    from credits where touch_no = 1

),

stacked as (

    select
        month_on, channel_group, source, 1 as touch_count, case when is_conversion then 1 else 0 end as converting_touch_count,
        null as acquired_count, null as conversion_count, null as revenue_base,
        null as cost_base, null as impressions, null as clicks, null as unconvertible_count
    from touches
    union all
    select
        month_on, channel_group, source, null, null, null, credit_share, credit_base, null, null, null, null
    from credits
    union all
    select
        orders.month_on, coalesce(touched.channel_group, orders.channel_group), coalesce(touched.source, 'none'), null, null,
        case when orders.is_purchase and orders.order_no = 1 and orders.customer_id is not null then 1 end,
        case when touched.order_id is null and orders.is_purchase then 1 end,
        case when touched.order_id is null then orders.net_base end, null, null, null, null
    from orders
    left join first_touches as touched on orders.order_id = touched.order_id
    union all
    select
        month_on, channel_group, source, null, null, null, null, null, cost_base, impressions, clicks,
        case when is_unconvertible then 1 end
    from {{ ref('fct_marketing_spend') }}

),

summed as (

    select
        month_on,
        channel_group,
        source,
        cast(coalesce(sum(touch_count), 0) as bigint) as touch_count,
        cast(coalesce(sum(converting_touch_count), 0) as bigint) as converting_touch_count,
        cast(coalesce(sum(acquired_count), 0) as bigint) as acquired_count,
        cast(coalesce(sum(conversion_count), 0) as double) as conversion_count,
        cast(coalesce(sum(revenue_base), 0) as decimal(18, 4)) as revenue_base,
        cast(sum(cost_base) as decimal(18, 4)) as cost_base,
        cast(sum(impressions) as bigint) as impressions,
        cast(sum(clicks) as bigint) as clicks,
        cast(coalesce(sum(unconvertible_count), 0) as bigint) as unconvertible_cost_count
    from stacked
    group by month_on, channel_group, source

)

select
    month_on,
    channel_group,
    source,
    touch_count,
    converting_touch_count,
    cast(1.0 * converting_touch_count / nullif(touch_count, 0) as decimal(9, 6)) as conversion_rate,
    acquired_count,
    conversion_count,
    revenue_base,
    impressions,
    clicks,
    cost_base,
    unconvertible_cost_count,
    cast(cost_base / nullif(acquired_count, 0) as decimal(18, 4)) as cac_base,
    cast(revenue_base / nullif(cost_base, 0) as decimal(18, 6)) as roas,
    cast((revenue_base - cost_base) / nullif(cost_base, 0) as decimal(18, 6)) as roi
from summed
