with

orders as (

    select
        *,
        coalesce(nullif(lower(trim(channel)), ''), case when store_ref is not null then 'store' else 'unknown' end) as sales_channel
    from {{ ref('stg_sales__orders') }}

),

guests as (

    select
        system,
        record_ref,
        customer_id
    from {{ ref('identity_links') }} where stream = 'orders'

),

channels as (

    select
        value,
        channel_group
    from {{ ref('channel_groups') }} where kind = 'sales_channel'

)

select
    {{ member_key('orders', 'order_ref') }} as order_id,
    coalesce(by_account.customer_id, guests.customer_id) as customer_id,
    case
        when by_account.customer_id is not null then 'account'
        when guests.customer_id is not null then 'guest'
        else 'none'
    end as customer_link,
    orders.sales_channel as channel,
    coalesce(channels.channel_group, 'other') as channel_group,
    coalesce(orders.status = 'cancelled', false) as is_cancelled,
    orders.ordered_at,
    orders.ordered_on
from orders
{{ customer_joins('orders', {'account': 'customer_ref'}) }}
left join guests
    on
        orders.system = guests.system
        and orders.order_ref = guests.record_ref
left join channels on orders.sales_channel = channels.value
