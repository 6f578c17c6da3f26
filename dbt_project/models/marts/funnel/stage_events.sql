-- Append-only: an event follows from what lies before it, so a later as_of adds rows and changes none.
with

signs as (

    select
        *,
        case source when 'opened' then 3 when 'present' then 4 when 'closing' then 2 else 1 end as source_no
    from {{ ref('int_stage_signs') }}

),

ordered as (

    select
        *,
        row_number() over (
            partition by subject_kind, subject_id
            order by shown_on nulls first, shown_at, source_no, relationship_stage_no, stage
        ) as sign_no
    from signs

),

judged as (

    select
        *,
        max(relationship_stage_no) over (
            partition by subject_kind, subject_id order by sign_no rows between unbounded preceding and 1 preceding
        ) as furthest_no,
        coalesce(sum(case when outcome in ('won', 'lost') then 1 else 0 end) over (
            partition by subject_kind, subject_id order by sign_no rows between unbounded preceding and 1 preceding
        ), 0) as closing_count,
        coalesce(lag(outcome) over (partition by subject_kind, subject_id order by sign_no), 'none') as last_outcome
    from ordered

),

kept as (

    select *
    from judged
    where
        is_binding
        or (source = 'closing' and last_outcome <> outcome)
        or (source <> 'closing' and relationship_stage_no > coalesce(furthest_no, 0) and (closing_count = 0 or subject_kind = 'person'))

),

numbered as (

    select
        *,
        row_number() over (partition by subject_kind, subject_id order by sign_no) as event_no,
        lag(stage) over (partition by subject_kind, subject_id order by sign_no) as from_stage,
        lag(outcome) over (partition by subject_kind, subject_id order by sign_no) as from_outcome,
        lag(shown_at) over (partition by subject_kind, subject_id order by sign_no) as from_at,
        -- What is lost stands where it was lost; nothing is lost twice without a stage in between.
        coalesce(
            lag(relationship_stage_no, 1) over (partition by subject_kind, subject_id order by sign_no),
            lag(relationship_stage_no, 2) over (partition by subject_kind, subject_id order by sign_no)
        ) as from_no,
        coalesce(
            lag(sales_stage_no, 1) over (partition by subject_kind, subject_id order by sign_no),
            lag(sales_stage_no, 2) over (partition by subject_kind, subject_id order by sign_no)
        ) as from_sales_no
    from kept

)

select
    subject_kind || ':' || subject_id || ':' || cast(event_no as varchar) as event_id,
    subject_kind,
    subject_id,
    event_no,
    system,
    customer_id,
    employee_id,
    source,
    case
        when subject_kind = 'person' and event_no > 1 then 'advance'
        when outcome = 'won' then 'win'
        when outcome = 'lost' then 'lose'
        when event_no = 1 then 'enter'
        when relationship_stage_no is null then 'unmapped'
        when from_outcome in ('won', 'lost') then 'reopen'
        when relationship_stage_no > from_no then 'advance'
        when relationship_stage_no < from_no then 'step_back'
        else 'within'
    end as event_kind,
    from_stage,
    stage,
    coalesce(outcome, 'open') as outcome,
    from_sales_no as from_sales_stage_no,
    sales_stage_no,
    from_no as from_relationship_stage_no,
    relationship_stage_no,
    shown_at as occurred_at,
    shown_on as occurred_on,
    case when shown_at >= from_at then cast((epoch(shown_at) - epoch(from_at)) / 86400 as decimal(18, 4)) end as days_since_last
from numbered
