with

bought as (

    select * from {{ ref('int_purchases') }}

),

baskets as (

    select
        'order_product' as basis,
        system,
        order_no as basket_no,
        product_no as item_no
    from bought

    union all

    select distinct
        'order_category' as basis,
        system,
        order_no as basket_no,
        category_no as item_no
    from bought
    where category_no is not null

    union all

    select distinct
        'customer_category' as basis,
        'all' as system,
        customer_no as basket_no,
        category_no as item_no
    from bought
    where category_no is not null and customer_no is not null

)

select
    universes.universe_no,
    baskets.basket_no,
    baskets.item_no
from baskets
inner join {{ ref('int_basket_universes') }} as universes
    on baskets.basis = universes.basis and baskets.system = universes.system
