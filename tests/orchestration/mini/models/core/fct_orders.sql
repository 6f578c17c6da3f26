select
    _system || ':' || order_ref as order_id,
    store_ref,
    total_amount,
    cast(ordered_at as date) as ordered_on
from {{ source('raw', 'orders') }}
where cast(ordered_at as date) <= cast('{{ var("as_of") }}' as date)
