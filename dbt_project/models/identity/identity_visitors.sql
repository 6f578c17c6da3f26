{{ config(materialized='view') }}

-- A device that several people used says of nobody who it is; their logged-in visits still do.
select
    identifies.system,
    identifies.visitor_ref,
    min(coalesce(systems.account_system, identifies.system) || ':' || identifies.user_ref) as account_key,
    min(identifies.email_norm) as email_norm,
    min(identifies.phone_norm) as phone_norm,
    greatest(
        count(distinct identifies.user_ref),
        count(distinct identifies.email_norm),
        count(distinct identifies.phone_norm)
    ) > 1 as is_shared
from {{ ref('stg_web__identifies') }} as identifies
left join {{ ref('identity_systems') }} as systems on identifies.system = systems.system
group by identifies.system, identifies.visitor_ref
