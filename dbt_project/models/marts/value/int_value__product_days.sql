with

happened as (

    select
        product_id, ordered_on as sold_on, quantity, line_amount_base as net_base,
        cost_base, case when cost_base is null then line_amount_base end as uncosted_base
    from {{ ref('int_value__lines') }}
    union all
    select product_id, returned_on, -quantity, -deducted_base, 0, 0
    from {{ ref('fct_returns') }}

)

select
    product_id,
    sold_on,
    cast(coalesce(sum(quantity), 0) as decimal(18, 4)) as quantity,
    cast(coalesce(sum(net_base), 0) as decimal(18, 4)) as net_base,
    cast(coalesce(sum(cost_base), 0) as decimal(18, 4)) as cost_base,
    cast(coalesce(sum(uncosted_base), 0) as decimal(18, 4)) as uncosted_base
from happened
group by product_id, sold_on
