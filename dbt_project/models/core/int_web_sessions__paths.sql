-- Events are read once and sorted once; what stays is one row per different beginning of a path.
with

events as (

    select
        {{ row_hash(['system', 'visitor_ref']) }} as visitor_no,
        system,
        occurred_at,
        event_ref,
        case
            when event_type <> 'page_view' then event_type
            else coalesce(nullif(split_part(split_part(url, '?', 1), '/', case when url like 'http%://%' then 4 else 2 end), ''), 'home')
        end as step
    from {{ ref('stg_web__events') }}

),

ordered as (

    select
        *,
        lag(occurred_at) over (partition by visitor_no order by occurred_at, event_ref) as previous_at,
        lag(step) over (partition by visitor_no order by occurred_at, event_ref) as previous_step
    from events

),

marked as (

    select
        *,
        case when occurred_at - previous_at <= interval '30' minute then 0 else 1 end as is_start
    from ordered

),

numbered as (

    select
        *,
        sum(is_start) over (
            partition by visitor_no order by occurred_at, event_ref rows between unbounded preceding and current row
        ) as session_no
    from marked
    where is_start = 1 or step <> previous_step

),

steps as (

    select
        visitor_no,
        session_no,
        system,
        step,
        row_number() over (partition by visitor_no, session_no order by occurred_at, event_ref) as step_no
    from numbered

),

sessions as (

    select
        visitor_no,
        session_no,
        min(system) as system,
        {%- for no in range(1, 9) %}
        coalesce(max(case when step_no = {{ no }} then step end), '') as step_{{ no }},
        {%- endfor %}
        max(step_no) as step_count,
        max(case when step = 'purchase' then 1 else 0 end) as is_buying
    from steps
    group by visitor_no, session_no

)

select
    system,
    {%- for no in range(1, 9) %}
    step_{{ no }},
    {%- endfor %}
    cast(least(step_count, 9) as integer) as step_count,
    count(*) as session_count,
    cast(sum(is_buying) as bigint) as buying_session_count
from sessions
group by
    system,
    {%- for no in range(1, 9) %}
    step_{{ no }},
    {%- endfor %}
    least(step_count, 9)
