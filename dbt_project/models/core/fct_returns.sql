-- A refund of a cancelled order gives back what was never counted, so it takes nothing from sales (F-54).
with

returns as (

    select
        *,
        {{ member_key('returns', 'order_ref') }} as named_order_id,
        {{ card_key('card_ref') }} as card_norm
    from {{ ref('stg_sales__returns') }} as returns

),

orders as (

    select
        order_id,
        customer_id,
        channel,
        channel_group,
        is_cancelled
    from {{ ref('int_orders__identified') }}

)

select
    {{ member_key('returns', 'return_ref') }} || ':' || returns.line_ref as return_id,
    returns.system,
    returns.return_ref,
    orders.order_id,
    coalesce(orders.customer_id, {{ customer_found(['account', 'card_ref']) }}) as customer_id,
    {{ member_key('returns', 'store_ref') }} as store_id,
    {{ member_key('returns', 'product_ref') }} as product_id,
    coalesce(orders.channel, case when returns.store_ref is not null then 'store' else 'unknown' end) as channel,
    coalesce(orders.channel_group, case when returns.store_ref is not null then 'store' else 'other' end) as channel_group,
    returns.reason,
    returns.quantity,
    returns.amount,
    returns.currency,
    returns.amount_base,
    case when coalesce(orders.is_cancelled, false) then 0 else returns.amount_base end as deducted_base,
    coalesce(orders.is_cancelled, false) as is_of_cancelled_order,
    returns.returned_at,
    returns.returned_on
from returns
left join orders on returns.named_order_id = orders.order_id
{{ customer_joins('returns', {'account': 'customer_ref', 'card_ref': 'card_norm'}) }}
