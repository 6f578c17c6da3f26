with

bought as (

    select
        product_no as item_no,
        customer_no,
        bought_on
    from {{ ref('int_purchases') }}
    where customer_no is not null

),

{{ customer_flow('bought') }}

select
    items.item_id as product_id,
    items.item_name as product_name,
    {{ customer_flow_columns() }}
from counted
inner join {{ ref('int_items') }} as items on counted.item_no = items.item_no
where counted.quarter_on <= {{ as_of() }}
