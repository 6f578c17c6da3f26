select
    cast(date_trunc('month', ordered_on) as date) as month_on,
    system,
    channel,
    store_id,
    employee_id,
    count(*) as order_count,
    count(*) filter (where customer_link = 'account') as account_order_count,
    count(*) filter (where customer_link = 'guest') as guest_order_count,
    count(*) filter (where customer_id is null) as unlinked_order_count,
    cast(1.0 * count(*) filter (where customer_id is null) / count(*) as decimal(9, 6)) as unlinked_order_share,
    cast(coalesce(sum(sales_base) filter (where customer_id is null), 0) as decimal(18, 4)) as unlinked_sales_base,
    cast(coalesce(sum(sales_base), 0) as decimal(18, 4)) as sales_base,
    cast(coalesce(sum(line_count), 0) as bigint) as line_count,
    cast(coalesce(sum(line_count) filter (where customer_id is null), 0) as bigint) as unlinked_line_count
from {{ ref('fct_orders') }}
where not is_cancelled
group by month_on, system, channel, store_id, employee_id
