{%- set rules = ['first', 'last', 'linear', 'position', 'decay'] %}
with

orders as (

    select
        order_id,
        case when channel_group = 'other' then 'unattributed' else channel_group end as channel_group,
        cast(date_trunc('month', ordered_on) as date) as month_on,
        case when not is_cancelled and positive_line_count > 0 then 1 else 0 end as is_purchase,
        net_base
    from {{ ref('fct_orders') }}

),

touches as (

    select * from {{ ref('conversion_touchpoints') }}

),

by_channel as (

    select
        month_on,
        {%- for rule in rules %}
        sum({{ rule }}_share) as {{ rule }}_count,
        sum({{ rule }}_base) as {{ rule }}_base,
        {%- endfor %}
        channel_group
    from touches
    group by month_on, channel_group

),

touched as (

    select
        month_on,
        cast(sum(last_share) as double) as conversion_count,
        sum(last_base) as revenue_base
    from touches
    group by month_on

),

-- Removal effects are those of all paths; a month's touched sales are divided by them, channels in the order of their names.
cumulated as (

    select
        channel_group,
        credit_share,
        cast(credit_share as decimal(18, 15)) as share,
        sum(cast(credit_share as decimal(18, 15))) over (
            order by channel_group rows between unbounded preceding and current row
        ) as share_to,
        row_number() over (order by channel_group) = count(*) over () as is_last
    from {{ ref('channel_removal_effects') }}
    where credit_share is not null

),

shares as (

    select
        channel_group,
        credit_share,
        cast(share_to - share as double) as share_from,
        case when is_last then 1.0 else cast(share_to as double) end as share_to
    from cumulated

),

untouched as (

    select
        orders.month_on,
        orders.channel_group,
        cast(sum(orders.is_purchase) as double) as conversion_count,
        sum(orders.net_base) as revenue_base
    from orders
    left join touches on orders.order_id = touches.order_id and touches.touch_no = 1
    where touches.order_id is null
    group by orders.month_on, orders.channel_group

),

credited as (

    {%- for rule in rules %}
    select
        '{{ rule }}' as attribution_rule, 'touch' as basis, month_on, channel_group,
        cast({{ rule }}_count as double) as conversion_count, {{ rule }}_base as revenue_base
    from by_channel
    union all
    {%- endfor %}
    select
        'markov', 'touch', touched.month_on, shares.channel_group, touched.conversion_count * shares.credit_share,
        cast(round(touched.revenue_base * shares.share_to, 4) as decimal(18, 4))
        - cast(round(touched.revenue_base * shares.share_from, 4) as decimal(18, 4))
    from touched
    cross join shares
    {%- for rule in rules + ['markov'] %}
    union all
    select
        '{{ rule }}', 'no_touch', month_on, channel_group, conversion_count, revenue_base
    from untouched
    {%- endfor %}

)

select
    attribution_rule,
    basis,
    month_on,
    channel_group,
    conversion_count,
    cast(revenue_base as decimal(18, 4)) as revenue_base
from credited
