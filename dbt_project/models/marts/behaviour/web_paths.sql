with

paths as (

    select
        system,
        step_1
        {%- for no in range(2, 6) %}
        || case when step_{{ no }} <> '' then ' → ' || step_{{ no }} else '' end
        {%- endfor %}
        || case when step_count > 5 then ' → …' else '' end as path,
        cast(least(step_count, 5) as integer) as step_count,
        session_count,
        buying_session_count
    from {{ ref('int_web_sessions__paths') }}

),

counted as (

    select
        system,
        path,
        max(step_count) as step_count,
        cast(sum(session_count) as bigint) as session_count,
        cast(sum(buying_session_count) as bigint) as buying_session_count
    from paths
    group by system, path

)

select
    system,
    path,
    step_count,
    session_count,
    cast(session_count as double) / cast(sum(session_count) over (partition by system) as double) as session_share,
    buying_session_count,
    cast(buying_session_count as double) / session_count as conversion_rate
from counted
