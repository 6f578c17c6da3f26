-- Two sessions of a visitor are more than 30 minutes apart, else they were one.
with

ordered as (

    select
        visitor_id,
        started_at,
        lag(ended_at) over (partition by visitor_id order by started_at) as last_ended_at
    from {{ ref('fct_web_sessions') }}

)

select *
from ordered
where started_at <= last_ended_at + interval '30' minute
