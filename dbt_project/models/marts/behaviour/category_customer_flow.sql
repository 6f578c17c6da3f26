with

{{ customer_flow(ref('int_purchase_days')) }}

select
    case when counted.item_no = 0 then 'all' else 'category' end as scope,
    coalesce(items.item_name, '') as category_name,
    counted.quarter_on,
    cast({{ dbt.dateadd('month', 3, 'counted.quarter_on') }} as date) <= cast({{ dbt.dateadd('day', 1, as_of()) }} as date)
        as is_complete,
    counted.active_count,
    counted.new_count,
    counted.kept_count,
    counted.regained_count,
    counted.lost_count,
    cast(counted.kept_count as double) / nullif(counted.kept_count + counted.lost_count, 0) as retention_rate
from counted
left join {{ ref('int_items') }} as items on counted.item_no = items.item_no
where counted.quarter_on <= {{ as_of() }}
