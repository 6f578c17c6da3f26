-- Known people N with O purchases and sales S, R of them repeating; U purchases with sales V of nobody known. The extremes are that
-- all U are of the N, spread so that most repeat, or that each is of a new person.
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
),

counted as (

    select
        sums.*,
        coalesce(people.n, 0) as n,
        coalesce(people.r, 0) as r,
        coalesce(returns.return_count, 0) as returns_unlinked
    from sums
    left join people on sums.channel_group = people.channel_group
    left join returns on sums.channel_group = returns.channel_group

),

kpis as (

    select *, 'customers' as kpi, 1.0 * n as value, 1.0 * greatest(n, least(u, 1)) as if_existing, 1.0 * (n + u) as if_new
    from counted
    union all
    select
        *, 'orders_per_customer', 1.0 * o / nullif(n, 0), 1.0 * (o + u) / nullif(greatest(n, least(u, 1)), 0),
        1.0 * (o + u) / nullif(n + u, 0)
    from counted
    union all
    select
        *, 'repeat_rate', 1.0 * r / nullif(n, 0), case when n > 0 then 1.0 * (r + least(u, n - r)) / n when u > 0 then sign(u - 1) end,
        1.0 * r / nullif(n + u, 0)
    from counted
    union all
    select *, 'sales_per_customer', 1.0 * s / nullif(n, 0), 1.0 * (s + v) / nullif(greatest(n, least(u, 1)), 0), 1.0 * (s + v) / nullif(n + u, 0)
    from counted
    union all
    select *, 'sales_of_known_customers', 1.0 * s, 1.0 * (s + v), 1.0 * s
    from counted

)

select
    channel_group,
    kpi,
    cast(value as decimal(24, 6)) as value,
    cast(1.0 * o / nullif(o + u, 0) as decimal(9, 6)) as coverage,
    cast(if_existing as decimal(24, 6)) as value_if_existing,
    cast(if_new as decimal(24, 6)) as value_if_new,
    cast(least(if_existing, if_new) as decimal(24, 6)) as lower_bound,
    cast(greatest(if_existing, if_new) as decimal(24, 6)) as upper_bound,
    o as linked_order_count,
    u as unlinked_order_count,
    cast(lines_linked as bigint) as linked_line_count,
    cast(lines_unlinked as bigint) as unlinked_line_count,
    returns_unlinked as unlinked_return_count,
    cast(s as decimal(18, 4)) as linked_sales_base,
    cast(v as decimal(18, 4)) as unlinked_sales_base
from kpis
