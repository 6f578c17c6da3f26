-- Accounts that a source refers to but never delivered are kept: their orders belong to somebody (F-60).
with

delivered as (

    select
        system,
        customer_ref,
        email_norm,
        phone_norm,
        {{ card_key('card_ref') }} as card_norm,
        union_ref
    from {{ ref('stg_sales__customers') }}

),

mentioned as (

    select
        system,
        customer_ref
    from {{ ref('stg_sales__orders') }}
    union
    select
        system,
        customer_ref
    from {{ ref('stg_sales__returns') }}
    union
    select
        system,
        customer_ref
    from {{ ref('stg_sales__opportunities') }}
    union
    select
        system,
        customer_ref
    from {{ ref('stg_sales__contracts') }}
    union
    select
        system,
        customer_ref
    from {{ ref('stg_sales__subscriptions') }}

),

undelivered as (

    select distinct
        systems.account_system as system,
        mentioned.customer_ref
    from mentioned
    inner join {{ ref('identity_systems') }} as systems on mentioned.system = systems.system
    left join delivered
        on
            systems.account_system = delivered.system
            and mentioned.customer_ref = delivered.customer_ref
    where
        mentioned.customer_ref is not null
        and delivered.customer_ref is null

)

select
    system,
    customer_ref,
    email_norm,
    phone_norm,
    card_norm,
    union_ref,
    true as is_delivered
from delivered

union all

select
    system,
    customer_ref,
    null as email_norm,
    null as phone_norm,
    null as card_norm,
    null as union_ref,
    false as is_delivered
from undelivered
