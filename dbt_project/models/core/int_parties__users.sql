-- A user is an instance of a product that a customer subscribed to; who is not named is the owner.
with

known as (

    select value, customer_id from {{ ref('identity_values') }} where kind = 'account'

),

users as (

    select
        *,
        coalesce(ended_on, {{ as_of() }}) as counted_to,
        coalesce(ended_on > {{ as_of() }}, true) as is_active
    from {{ ref('stg_sales__subscriptions') }}

)

select
    {{ member_key('users', 'subscription_ref') }} as user_id,
    users.system,
    owners.customer_id,
    case when users.ordered_by_ref is null then owners.customer_id else orderers.customer_id end as ordered_by_customer_id,
    case when users.used_by_ref is null then owners.customer_id else persons.customer_id end as used_by_customer_id,
    guarantors.customer_id as guaranteed_by_customer_id,
    {{ member_key('users', 'account_ref') }} as account_id,
    {{ member_key('users', 'product_ref') }} as product_id,
    users.brand,
    users.user_group,
    users.tariff,
    users.service_level,
    users.payment_method,
    users.resource_kind,
    users.resource_ref,
    users.status,
    users.cancel_reason,
    users.is_active,
    users.started_on,
    case when not users.is_active then users.ended_on end as ended_on,
    users.credit_limit_base,
    users.monthly_amount_base,
    greatest({{ date_diff_days('users.started_on', 'least(users.counted_to, ' ~ as_of() ~ ')') }}, 0) as days_in_use
from users
left join known as owners on users.system || ':' || users.customer_ref = owners.value
left join known as orderers on users.system || ':' || users.ordered_by_ref = orderers.value
left join known as persons on users.system || ':' || users.used_by_ref = persons.value
left join known as guarantors on users.system || ':' || users.guaranteed_by_ref = guarantors.value
