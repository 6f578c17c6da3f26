with

{{ customer_flow(ref('int_purchase_days')) }}

select
    case when counted.item_no = 0 then 'all' else 'category' end as scope,
    coalesce(items.item_name, '') as category_name,
    {{ customer_flow_columns() }}
from counted
left join {{ ref('int_items') }} as items on counted.item_no = items.item_no
where counted.quarter_on <= {{ as_of() }}
