{{ config(materialized='view') }}

-- A deal that shows a later stage has passed the earlier ones, so a funnel of these rows never widens (S125).
with

vocabulary as (

    select
        source_stage,
        sales_stage_no
    from {{ ref('funnel_stages') }} where sales_stage_no is not null

),

deals as (

    select * from {{ ref('int_deals') }}

),

-- Whatever exists is potential; a current stage without history is reached at an unknown time.
signs as (

    select
        deal_id,
        1 as stage_no,
        began_at as entered_at
    from deals
    union all
    select
        stages.opportunity_id as deal_id,
        vocabulary.sales_stage_no as stage_no,
        stages.entered_at
    from {{ ref('fct_opportunity_stages') }} as stages
    inner join vocabulary on lower(trim(stages.stage)) = vocabulary.source_stage
    where vocabulary.sales_stage_no < 4
    union all
    select
        {{ member_key('activities', 'opportunity_ref') }} as deal_id,
        vocabulary.sales_stage_no as stage_no,
        activities.happened_at
    from {{ ref('stg_sales__activities') }} as activities
    inner join vocabulary on lower(trim(activities.activity_kind)) = vocabulary.source_stage
    where vocabulary.sales_stage_no < 4
    union all
    select
        deals.deal_id,
        vocabulary.sales_stage_no as stage_no,
        null as entered_at
    from deals
    inner join vocabulary on lower(trim(deals.stage)) = vocabulary.source_stage
    where vocabulary.sales_stage_no < 4
    union all
    select
        deal_id,
        4 as stage_no,
        closed_at as entered_at
    from deals where outcome = 'won'

),

firsts as (

    select
        deal_id,
        stage_no,
        min(entered_at) as own_at
    from signs group by deal_id, stage_no

),

reached as (

    select
        deal_id,
        max(stage_no) as reached_no
    from firsts group by deal_id

),

steps as (

    select distinct sales_stage_no as stage_no from vocabulary

),

passed as (

    select
        reached.deal_id,
        reached.reached_no,
        steps.stage_no
    from reached
    inner join steps on reached.reached_no >= steps.stage_no

)

select
    passed.deal_id,
    deals.system,
    passed.stage_no,
    passed.reached_no,
    deals.outcome,
    deals.amount_base,
    min(case when firsts.stage_no = passed.stage_no then firsts.own_at end) as entered_at,
    min(case when firsts.stage_no > passed.stage_no then firsts.own_at end) as left_at
from passed
inner join deals on passed.deal_id = deals.deal_id
inner join firsts on passed.deal_id = firsts.deal_id
group by
    passed.deal_id, deals.system, passed.stage_no, passed.reached_no, deals.outcome, deals.amount_base
