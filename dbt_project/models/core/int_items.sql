-- Small numbers for the things that are counted together; rules and sequences are named again by them.
with

products as (

    select * from {{ ref('dim_products') }}

),

named as (

    select
        'product' as item_kind,
        product_id as item_id,
        coalesce(product_name, product_id) as item_name
    from products

    union all

    select distinct
        'category' as item_kind,
        category_name as item_id,
        category_name as item_name
    from products
    where category_name is not null

)

select
    cast(row_number() over (order by item_kind, item_id) as integer) as item_no,
    item_kind,
    item_id,
    item_name
from named
