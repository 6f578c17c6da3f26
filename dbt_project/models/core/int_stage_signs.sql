{{ config(materialized='view') }}

-- `is_binding`: a recorded change of stage holds as it is, also backwards; any other sign only says "at least this far".
with

vocabulary as (

    select * from {{ ref('funnel_stages') }}

),

deals as (

    select * from {{ ref('fct_opportunities') }}

),

deal_signs as (

    select
        opportunity_id as deal_id, 'opened' as source, 'potential' as stage, employee_id,
        created_at as shown_at, created_on as shown_on, false as is_binding
    from deals
    union all
    select opportunity_id, 'history', stage, employee_id, entered_at, entered_on, true
    from {{ ref('fct_opportunity_stages') }}
    union all
    -- A present stage without history has been reached at an unknown time after the opening.
    select deals.opportunity_id, 'present', deals.stage, deals.employee_id, deals.created_at, deals.created_on, false
    from deals
    left join {{ ref('fct_opportunity_stages') }} as history
        on deals.opportunity_id = history.opportunity_id and history.stage_no = 1
    where deals.outcome = 'open' and history.opportunity_id is null
    union all
    select
        {{ member_key('activities', 'opportunity_ref') }}, 'activity', activities.activity_kind,
        {{ member_key('activities', 'employee_ref') }}, activities.happened_at, activities.happened_on, false
    from {{ ref('stg_sales__activities') }} as activities
    union all
    select opportunity_id, 'closing', outcome, employee_id, closed_at, closed_on, false
    from deals where outcome in ('won', 'lost')

)

select
    'deal' as subject_kind,
    deal_signs.deal_id as subject_id,
    deals.system,
    deals.customer_id,
    deal_signs.employee_id,
    deal_signs.source,
    deal_signs.stage,
    vocabulary.sales_stage_no,
    vocabulary.relationship_stage_no,
    vocabulary.outcome,
    deal_signs.shown_at,
    deal_signs.shown_on,
    deal_signs.is_binding
from deal_signs
inner join deals on deal_signs.deal_id = deals.opportunity_id
left join vocabulary on lower(trim(deal_signs.stage)) = vocabulary.source_stage
where deal_signs.source <> 'activity' or vocabulary.outcome = 'open'

union all

select
    'lead', lead_id, system, customer_id, employee_id, 'opened', 'potential', 1, 1, 'open',
    created_at, created_on, false
from {{ ref('fct_leads') }}

union all

select
    'person' as subject_kind,
    signs.customer_id as subject_id,
    null as system,
    signs.customer_id,
    null as employee_id,
    'timeline' as source,
    stages.stage,
    cast(least(signs.stage_no, 4) as integer) as sales_stage_no,
    stages.stage_no as relationship_stage_no,
    case when signs.stage_no >= 4 then 'won' else 'open' end as outcome,
    signs.shown_at,
    signs.shown_on,
    false as is_binding
from {{ ref('int_customers__signs') }} as signs
inner join {{ ref('stage_vocabularies') }} as stages on stages.vocabulary = 'relationship' and signs.stage_no = stages.stage_no
