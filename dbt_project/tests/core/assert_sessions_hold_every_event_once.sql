-- Events of the sessions are the distinct events of staging, per system.
with

staged as (

    select
        system,
        count(*) as event_count
    from {{ ref('stg_web__events') }} group by system

),

counted as (

    select
        system,
        sum(event_count) as event_count
    from {{ ref('fct_web_sessions') }} group by system

)

select staged.*, counted.*
from staged
full outer join counted on staged.system = counted.system
where staged.event_count is distinct from counted.event_count
