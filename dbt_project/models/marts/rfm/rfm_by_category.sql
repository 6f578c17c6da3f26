-- Frequency depends on what is bought: a category that is replaced once a year looks dead beside one that is bought weekly (S097).
with

bought as (

    select
        orders.customer_id,
        coalesce(products.category_name, 'unknown') as category_name,
        lines.order_id,
        orders.ordered_on as happened_on,
        sum(case when lines.line_amount > 0 then 1 else 0 end) as positive_line_count,
        sum(lines.line_amount_base) as net_base
    from {{ ref('fct_order_lines') }} as lines
    inner join {{ ref('fct_orders') }} as orders on lines.order_id = orders.order_id
    left join {{ ref('dim_products') }} as products on lines.product_id = products.product_id
    where orders.customer_id is not null and not orders.is_cancelled
    group by orders.customer_id, coalesce(products.category_name, 'unknown'), lines.order_id, orders.ordered_on

),

happened as (

    select
        customer_id, category_name, happened_on,
        case when positive_line_count > 0 then 1 else 0 end as purchase_count, net_base
    from bought
    union all
    select
        returns.customer_id, coalesce(products.category_name, 'unknown'), returns.returned_on, 0, -returns.deducted_base
    from {{ ref('fct_returns') }} as returns
    left join {{ ref('dim_products') }} as products on returns.product_id = products.product_id
    where returns.customer_id is not null

),

customers as (

    select
        customer_id,
        category_name,
        max(case when purchase_count > 0 then happened_on end) as last_purchase_on,
        sum(purchase_count) as f_count,
        sum(net_base) as m_total
    from happened
    where coalesce({{ date_diff_days('happened_on', as_of()) }} < {{ rfm_window_days() }}, true)
    group by customer_id, category_name
    having sum(purchase_count) > 0

)

select
    customer_id,
    category_name,
    {{ as_of() }} as as_of_date,
    last_purchase_on,
    {{ date_diff_days('last_purchase_on', as_of()) }} as r_days,
    cast(f_count as bigint) as f_count,
    cast(coalesce(m_total, 0) as decimal(18, 4)) as m_total,
    {{ fifth('last_purchase_on', 'partition by category_name') }} as r_score,
    {{ fifth('f_count', 'partition by category_name') }} as f_score,
    {{ fifth('coalesce(m_total, 0)', 'partition by category_name') }} as m_score
from customers
