-- An order counts when it was not cancelled and has a line of positive value: gifts, price corrections and
-- returns alone make nobody a customer (S095). Money is net of returns once, whenever they were booked (F-54).
with

orders as (

    select
        customer_id,
        order_id,
        ordered_at,
        ordered_on,
        gross_base,
        sales_base,
        positive_line_count > 0 and not is_cancelled as is_purchase,
        sum(case when positive_line_count > 0 and not is_cancelled then 1 else 0 end) over (
            partition by customer_id order by ordered_at, order_id
            rows between unbounded preceding and current row
        ) as purchase_no
    from {{ ref('fct_orders') }}
    where customer_id is not null

),

bought as (

    select
        customer_id,
        count(*) filter (where is_purchase) as purchase_count,
        min(ordered_on) filter (where is_purchase) as first_purchase_on,
        max(ordered_on) filter (where is_purchase) as last_purchase_on,
        min(ordered_at) filter (where is_purchase) as first_purchase_at,
        min(ordered_at) filter (where is_purchase and purchase_no = 2) as second_purchase_at,
        sum(gross_base) filter (where is_purchase) as gross_base,
        sum(sales_base) as sales_base
    from orders
    group by customer_id

),

returned as (

    select
        customer_id,
        count(*) as return_count,
        sum(deducted_base) as returns_base
    from {{ ref('fct_returns') }}
    where customer_id is not null
    group by customer_id

)

select
    coalesce(bought.customer_id, returned.customer_id) as customer_id,
    coalesce(bought.purchase_count, 0) as purchase_count,
    coalesce(returned.return_count, 0) as return_count,
    bought.first_purchase_on,
    bought.last_purchase_on,
    bought.first_purchase_at,
    bought.second_purchase_at,
    cast(coalesce(bought.gross_base, 0) as decimal(18, 4)) as gross_base,
    cast(coalesce(bought.sales_base, 0) as decimal(18, 4)) as sales_base,
    cast(coalesce(returned.returns_base, 0) as decimal(18, 4)) as returns_base,
    cast(coalesce(bought.sales_base, 0) - coalesce(returned.returns_base, 0) as decimal(18, 4)) as net_base
from bought
full outer join returned on bought.customer_id = returned.customer_id
