-- Whole numbers instead of keys, joined once: baskets, sequences, cycles and popularity all count on this.
with

orders as (

    select
        order_id,
        customer_id,
        system,
        ordered_on,
        row_number() over (order by order_id) as order_no
    from {{ ref('fct_orders') }}
    where not is_cancelled and positive_line_count > 0

),

products as (

    select
        products.product_id,
        items.item_no as product_no,
        categories.item_no as category_no
    from {{ ref('dim_products') }} as products
    inner join {{ ref('int_items') }} as items on items.item_kind = 'product' and products.product_id = items.item_id
    left join {{ ref('int_items') }} as categories
        on categories.item_kind = 'category' and products.category_name = categories.item_id

),

lines as (

    select
        order_id,
        product_id,
        sum(quantity) as quantity,
        sum(line_amount_base) as sales_base
    from {{ ref('fct_order_lines') }}
    where line_kind = 'product' and line_amount > 0
    group by order_id, product_id

)

select
    cast(orders.order_no as bigint) as order_no,
    orders.system,
    orders.ordered_on as bought_on,
    buyers.customer_no,
    products.product_no,
    products.category_no,
    cast(lines.quantity as decimal(18, 4)) as quantity,
    cast(lines.sales_base as decimal(18, 4)) as sales_base
from lines
inner join orders on lines.order_id = orders.order_id
inner join products on lines.product_id = products.product_id
left join {{ ref('int_buyers') }} as buyers on orders.customer_id = buyers.customer_id
