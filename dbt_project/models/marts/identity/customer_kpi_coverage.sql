-- Known people N with O purchases and sales S, R of them repeating; U purchases with sales V of nobody known. The extremes are that
-- all U are of the N, spread so that most repeat, or that each is of a new person.
with

counted as (

    select * from {{ ref('int_orders__coverage') }}

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
    select
        *, 'sales_per_customer', 1.0 * s / nullif(n, 0), 1.0 * (s + v) / nullif(greatest(n, least(u, 1)), 0),
        1.0 * (s + v) / nullif(n + u, 0)
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
