-- A system is rows, not columns: a new one needs no change here. Guest orders with the same contact data
-- share one contact point, so that a regular guest is not taken for a value shared by many.
with

systems as (

    select * from {{ ref('identity_systems') }}

),

visitors as (

    select * from {{ ref('identity_visitors') }}

),

guest_orders as (

    select
        *,
        {{ card_key('card_ref') }} as card_norm,
        system || ':' || visitor_ref as visitor_key
    from {{ ref('stg_sales__orders') }}
    where
        customer_ref is null
        and coalesce(email_norm, phone_norm, {{ card_key('card_ref') }}, visitor_ref) is not null

)

select
    'customers' as stream,
    system,
    customer_ref as record_ref,
    'customers:' || system || ':' || customer_ref as point_id,
    email_norm,
    phone_norm,
    card_norm,
    union_ref,
    system || ':' || customer_ref as account_key,
    cast(null as varchar) as visitor_key,
    cast(null as varchar) as guard_reason
from {{ ref('identity_accounts') }}

union all

select
    'leads' as stream,
    leads.system,
    leads.lead_ref as record_ref,
    'leads:' || leads.system || ':' || leads.lead_ref as point_id,
    leads.email_norm,
    leads.phone_norm,
    null as card_norm,
    null as union_ref,
    systems.account_system || ':' || leads.customer_ref as account_key,
    null as visitor_key,
    null as guard_reason
from {{ ref('stg_sales__leads') }} as leads
left join systems on leads.system = systems.system

union all

select
    'profiles' as stream,
    profiles.system,
    profiles.profile_ref as record_ref,
    'profiles:' || profiles.system || ':' || profiles.profile_ref as point_id,
    profiles.email_norm,
    profiles.phone_norm,
    null as card_norm,
    profiles.union_ref,
    systems.account_system || ':' || profiles.customer_ref as account_key,
    null as visitor_key,
    null as guard_reason
from {{ ref('stg_social__profiles') }} as profiles
left join systems on profiles.system = systems.system

union all

select
    'identifies' as stream,
    system,
    visitor_ref as record_ref,
    'identifies:' || system || ':' || visitor_ref as point_id,
    email_norm,
    phone_norm,
    null as card_norm,
    null as union_ref,
    account_key,
    system || ':' || visitor_ref as visitor_key,
    case when is_shared then 'shared_device' end as guard_reason
from visitors

union all

select
    'orders' as stream,
    system,
    order_ref as record_ref,
    'orders:' || md5(
        system || '|' || coalesce(email_norm, '') || '|' || coalesce(phone_norm, '')
        || '|' || coalesce(card_norm, '') || '|' || coalesce(visitor_key, '')
    ) as point_id,
    email_norm,
    phone_norm,
    card_norm,
    null as union_ref,
    null as account_key,
    visitor_key,
    null as guard_reason
from guest_orders
