with

paths as (

    select * from {{ ref('int_web_sessions__paths') }}

),

moves as (

    select
        system,
        'entry' as from_step,
        step_1 as to_step,
        session_count
    from paths
    {%- for no in range(1, 9) %}

    union all

    select
        system,
        step_{{ no }} as from_step,
        {{ "case when step_" ~ (no + 1) ~ " <> '' then step_" ~ (no + 1) ~ " else 'exit' end" if no < 8 else "'exit'" }} as to_step,
        session_count
    from paths
    where step_{{ no }} <> '' {{- ' and step_count = 8' if no == 8 }}
    {%- endfor %}

),

counted as (

    select
        system,
        from_step,
        to_step,
        cast(sum(session_count) as bigint) as move_count
    from moves
    group by system, from_step, to_step

)

select
    system,
    from_step,
    to_step,
    move_count,
    cast(move_count as double) / cast(sum(move_count) over (partition by system, from_step) as double) as probability,
    to_step = 'exit' as is_drop_off
from counted
