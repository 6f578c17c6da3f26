-- Stores that sold but were never delivered stand here too, without a name (F-60).
with

stores as (

    select * from {{ ref('stg_sales__stores') }}

),

used as (

    select
        system,
        store_ref
    from {{ ref('stg_sales__orders') }} where store_ref is not null
    union
    select
        system,
        store_ref
    from {{ ref('stg_sales__returns') }} where store_ref is not null

)

select
    {{ member_key('stores', 'store_ref') }} as store_id,
    stores.system,
    stores.store_ref,
    stores.name as store_name,
    stores.city,
    stores.region,
    stores.country,
    stores.timezone,
    stores.opened_on,
    false as is_inferred
from stores

union all

select
    {{ member_key('used', 'store_ref') }} as store_id,
    used.system,
    used.store_ref,
    null as store_name,
    null as city,
    null as region,
    null as country,
    null as timezone,
    null as opened_on,
    true as is_inferred
from used
left join stores
    on
        used.system = stores.system
        and used.store_ref = stores.store_ref
where stores.store_ref is null
