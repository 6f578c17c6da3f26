-- Products that are sold but were never delivered stand here too, without a name: no fact loses its product (F-60).
with

products as (

    select * from {{ ref('stg_sales__products') }}

),

used as (

    select
        product_id,
        min(system) as system
    from {{ ref('fct_order_lines') }} group by product_id
    union
    select
        product_id,
        min(system) as system
    from {{ ref('fct_returns') }} group by product_id

),

undelivered as (

    select
        used.product_id,
        used.system
    from used
    left join products on used.product_id = {{ member_key('products', 'product_ref') }}
    where
        used.product_id is not null
        and products.product_ref is null

)

select
    {{ member_key('products', 'product_ref') }} as product_id,
    products.system,
    products.product_ref,
    products.name as product_name,
    products.category_path,
    split_part(products.category_path, ' > ', 1) as category_name,
    products.brand,
    products.list_price_base,
    products.unit_cost_base,
    products.ladder_ref,
    products.ladder_rank,
    products.launched_on,
    products.discontinued_on,
    false as is_inferred
from products

union all

select
    product_id,
    system,
    substr(product_id, length(system) + 2) as product_ref,
    null as product_name,
    null as category_path,
    null as category_name,
    null as brand,
    null as list_price_base,
    null as unit_cost_base,
    null as ladder_ref,
    null as ladder_rank,
    null as launched_on,
    null as discontinued_on,
    true as is_inferred
from undelivered
