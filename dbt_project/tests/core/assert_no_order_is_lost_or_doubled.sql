-- Every staged order stands in the fact exactly once; the others there are those of which only lines came (F-60).
with

staged as (

    select
        system,
        count(*) as order_count
    from {{ ref('stg_sales__orders') }} group by system

),

counted as (

    select
        system,
        count(*) as order_count
    from {{ ref('fct_orders') }} where not is_inferred group by system

)

select staged.*, counted.*
from staged
full outer join counted on staged.system = counted.system
where staged.order_count is distinct from counted.order_count
