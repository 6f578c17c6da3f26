-- Each rule is one cumulated share per touch. Credit is the rounded money up to a touch less the rounded money up to the
-- touch before, so that the credits of an order add up to its money exactly and the remainder falls where it arises.
{%- set end_share = var('attribution_end_share') %}
{%- set rules = ['first', 'last', 'linear', 'position', 'decay'] %}
with

weighed as (

    select
        *,
        cast(
            power(
                2.0,
                (epoch(touched_at) - epoch(max(touched_at) over (partition by order_id)))
                / (86400.0 * {{ var('attribution_half_life_days') }})
            ) as decimal(18, 15)
        ) as decay_weight
    from {{ ref('int_channel_path_touches') }}
    where is_conversion

),

placed as (

    select
        weighed.*,
        orders.customer_id,
        orders.ordered_on,
        orders.net_base,
        sum(weighed.decay_weight) over (
            partition by weighed.order_id order by weighed.touch_no rows between unbounded preceding and current row
        ) as decay_reached,
        sum(weighed.decay_weight) over (partition by weighed.order_id) as decay_total
    from weighed
    inner join {{ ref('fct_orders') }} as orders on weighed.order_id = orders.order_id

),

cumulated as (

    select
        *,
        1.0 as first_to,
        case when touch_no = 1 then 0.0 else 1.0 end as first_from,
        case when touch_no = touch_count then 1.0 else 0.0 end as last_to,
        0.0 as last_from,
        cast(touch_no as double) / touch_count as linear_to,
        cast(touch_no - 1 as double) / touch_count as linear_from,
        {%- for side, no in [('to', 'touch_no'), ('from', '(touch_no - 1)')] %}
        case
            when {{ no }} = 0 then 0.0
            when {{ no }} = touch_count then 1.0
            when touch_count = 2 then 0.5
            else {{ end_share }} + (1 - 2 * {{ end_share }}) * ({{ no }} - 1) / nullif(touch_count - 2, 0)
        end as position_{{ side }},
        {%- endfor %}
        cast(decay_reached as double) / cast(decay_total as double) as decay_to,
        cast(decay_reached - decay_weight as double) / cast(decay_total as double) as decay_from
    from placed

)

select
    order_id,
    touch_no,
    touch_count,
    touch_id,
    customer_id,
    ordered_on,
    cast(date_trunc('month', ordered_on) as date) as month_on,
    channel_group,
    source,
    touched_at,
    cast(days_before as double) as days_before,
    {%- for rule in rules %}
    cast({{ rule }}_to as decimal(18, 15)) - cast({{ rule }}_from as decimal(18, 15)) as {{ rule }}_share,
    cast(round(net_base * cast({{ rule }}_to as double), 4) as decimal(18, 4))
    - cast(round(net_base * cast({{ rule }}_from as double), 4) as decimal(18, 4)) as {{ rule }}_base,
    {%- endfor %}
    net_base
from cumulated
