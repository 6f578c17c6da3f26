-- Sales stand in the month of the order, returns in the month of the return; order discounts and shipping are of no product.
with

sold as (

    select
        coalesce(lines.product_id, 'none') as product_id,
        cast(date_trunc('month', lines.ordered_on) as date) as month_on,
        lines.order_id,
        orders.customer_id,
        lines.quantity,
        lines.gross_base,
        lines.discount_base,
        lines.line_amount_base as sales_base,
        lines.cost_base,
        0 as return_count,
        0 as returns_base
    from {{ ref('fct_order_lines') }} as lines
    left join {{ ref('fct_orders') }} as orders on lines.order_id = orders.order_id
    where not lines.is_cancelled

),

returned as (

    select
        coalesce(product_id, 'none') as product_id,
        cast(date_trunc('month', returned_on) as date) as month_on,
        deducted_base
    from {{ ref('fct_returns') }}

),

booked as (

    select * from sold
    union all
    select product_id, month_on, null, null, 0, 0, 0, 0, null, 1, deducted_base from returned

),

summed as (

    select
        product_id,
        month_on,
        count(distinct order_id) as order_count,
        count(distinct customer_id) as customer_count,
        cast(sum(quantity) as decimal(18, 4)) as quantity,
        cast(sum(gross_base) as decimal(18, 4)) as gross_base,
        cast(sum(discount_base) as decimal(18, 4)) as discount_base,
        cast(sum(sales_base) as decimal(18, 4)) as sales_base,
        cast(sum(case when cost_base is not null then sales_base - cost_base end) as decimal(18, 4)) as margin_base,
        cast(sum(case when cost_base is not null then sales_base end) as decimal(18, 4)) as costed_sales_base,
        cast(sum(return_count) as bigint) as return_count,
        cast(sum(returns_base) as decimal(18, 4)) as returns_base
    from booked
    group by product_id, month_on

)

select
    summed.product_id,
    summed.month_on,
    products.product_name,
    products.category_path,
    summed.order_count,
    summed.customer_count,
    summed.quantity,
    summed.gross_base,
    summed.discount_base,
    summed.sales_base,
    summed.margin_base,
    summed.costed_sales_base,
    summed.return_count,
    summed.returns_base,
    cast(summed.sales_base - summed.returns_base as decimal(18, 4)) as net_base,
    rank() over (partition by summed.month_on order by summed.sales_base desc) as sales_rank
from summed
left join {{ ref('dim_products') }} as products on summed.product_id = products.product_id
