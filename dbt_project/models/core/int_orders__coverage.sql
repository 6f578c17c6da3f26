with

orders as (

    {% for group in ['channel_group', "'all'"] -%}
    select
        {{ group }} as channel_group,
        customer_id,
        positive_line_count > 0 as is_purchase,
        line_count,
        sales_base
    from {{ ref('fct_orders') }}
    where not is_cancelled
    {% if not loop.last %}union all
    {% endif -%}
    {%- endfor %}
),

customers as (

    select
        channel_group,
        customer_id,
        count(*) as order_count
    from orders
    where customer_id is not null and is_purchase
    group by channel_group, customer_id

),

people as (

    select
        channel_group,
        count(*) as n,
        count(*) filter (where order_count > 1) as r
    from customers
    group by channel_group

),

sums as (

    select
        channel_group,
        count(*) filter (where customer_id is not null and is_purchase) as o,
        count(*) filter (where customer_id is null and is_purchase) as u,
        coalesce(sum(sales_base) filter (where customer_id is not null), 0) as s,
        coalesce(sum(sales_base) filter (where customer_id is null), 0) as v,
        coalesce(sum(line_count) filter (where customer_id is not null), 0) as lines_linked,
        coalesce(sum(line_count) filter (where customer_id is null), 0) as lines_unlinked
    from orders
    group by channel_group

),

returns as (

    {% for group in ["coalesce(orders.channel_group, 'other')", "'all'"] -%}
    select
        {{ group }} as channel_group,
        count(*) as return_count
    from {{ ref('fct_returns') }} as returned
    left join {{ ref('fct_orders') }} as orders on returned.order_id = orders.order_id
    where returned.customer_id is null
    {% if loop.first %}group by {{ group }}{% endif %}
    {% if not loop.last %}union all
    {% endif -%}
    {%- endfor %}
)

select
    sums.*,
    coalesce(people.n, 0) as n,
    coalesce(people.r, 0) as r,
    coalesce(returns.return_count, 0) as returns_unlinked
from sums
left join people on sums.channel_group = people.channel_group
left join returns on sums.channel_group = returns.channel_group
