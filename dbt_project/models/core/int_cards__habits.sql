-- What one person does mostly alike: the store that is gone to and the kind of goods that is bought there.
with

orders as (

    select * from {{ ref('int_cards__orders') }}

),

by_store as (

    select card_ref, store_id, count(*) as order_count
    from orders
    where store_id is not null
    group by card_ref, store_id

),

stores as (

    select
        card_ref,
        count(*) as store_count,
        sum(order_count) as store_order_count,
        sum(order_count) - max(order_count) as other_store_order_count
    from by_store
    group by card_ref

),

by_category as (

    select
        orders.card_ref,
        split_part(products.category_path, ' > ', 1) as category,
        count(*) as line_count
    from orders
    inner join {{ ref('fct_order_lines') }} as lines on orders.order_id = lines.order_id
    inner join {{ ref('dim_products') }} as products on lines.product_id = products.product_id
    where products.category_path is not null
    group by orders.card_ref, category

),

categories as (

    select
        card_ref,
        count(*) as category_count,
        sum(line_count) as category_line_count,
        sum(line_count) - max(line_count) as other_category_line_count
    from by_category
    group by card_ref

),

cards as (

    select
        card_ref,
        count(*) as order_count,
        count(distinct ordered_on) as day_count,
        min(ordered_on) as first_order_on,
        max(ordered_on) as last_order_on,
        sum(sales_base) as sales_base
    from orders
    group by card_ref

)

select
    cards.card_ref,
    cards.order_count,
    cards.day_count,
    cards.first_order_on,
    cards.last_order_on,
    coalesce(stores.store_count, 0) as store_count,
    cast(coalesce(stores.store_order_count, 0) as bigint) as store_order_count,
    cast(coalesce(stores.other_store_order_count, 0) as bigint) as other_store_order_count,
    coalesce(categories.category_count, 0) as category_count,
    cast(coalesce(categories.category_line_count, 0) as bigint) as category_line_count,
    cast(coalesce(categories.other_category_line_count, 0) as bigint) as other_category_line_count,
    cast(cards.sales_base as decimal(18, 4)) as sales_base
from cards
left join stores on cards.card_ref = stores.card_ref
left join categories on cards.card_ref = categories.card_ref
