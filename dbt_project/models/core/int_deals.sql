{{ config(materialized='view') }}

-- Opportunities, and the leads that became none.
with

opportunities as (

    select * from {{ ref('fct_opportunities') }}

),

leads as (

    select
        {{ member_key('leads', 'lead_ref') }} as lead_id,
        {{ member_key('leads', 'opportunity_ref') }} as opportunity_id,
        leads.system,
        leads.created_at
    from {{ ref('stg_sales__leads') }} as leads

),

-- The lead names its opportunity, or the opportunity its lead.
paired as (

    select
        opportunities.opportunity_id,
        leads.lead_id,
        leads.created_at
    from leads
    inner join opportunities on leads.opportunity_id = opportunities.opportunity_id
    union
    select
        opportunities.opportunity_id,
        leads.lead_id,
        leads.created_at
    from leads
    inner join opportunities on leads.lead_id = opportunities.lead_id

),

first_leads as (

    select
        opportunity_id,
        min(created_at) as lead_at
    from paired group by opportunity_id

)

select
    opportunities.opportunity_id as deal_id,
    opportunities.system,
    opportunities.stage,
    opportunities.outcome,
    opportunities.amount_base,
    coalesce(least(first_leads.lead_at, opportunities.created_at), first_leads.lead_at, opportunities.created_at) as began_at,
    opportunities.closed_at
from opportunities
left join first_leads on opportunities.opportunity_id = first_leads.opportunity_id

union all

select
    'lead:' || leads.lead_id as deal_id,
    leads.system,
    null as stage,
    'open' as outcome,
    null as amount_base,
    leads.created_at as began_at,
    null as closed_at
from leads
left join paired on leads.lead_id = paired.lead_id
where paired.lead_id is null
