-- The lead names its opportunity, or the opportunity its lead; one that opens after as_of is not known yet.
with

leads as (

    select
        {{ member_key('source', 'lead_ref') }} as lead_id,
        {{ member_key('source', 'opportunity_ref') }} as named_opportunity_id,
        {{ member_key('source', 'employee_ref') }} as employee_id,
        {{ member_key('source', 'campaign_ref') }} as campaign_id,
        source.*
    from {{ ref('stg_sales__leads') }} as source

),

opportunities as (

    select
        opportunity_id,
        lead_id
    from {{ ref('fct_opportunities') }}

),

paired as (

    select
        leads.lead_id,
        opportunities.opportunity_id
    from leads
    inner join opportunities on leads.named_opportunity_id = opportunities.opportunity_id
    union all
    select
        lead_id,
        opportunity_id
    from opportunities where lead_id is not null

),

first_pairs as (

    select
        lead_id,
        min(opportunity_id) as opportunity_id
    from paired group by lead_id

)

select
    leads.lead_id,
    leads.system,
    links.customer_id,
    first_pairs.opportunity_id,
    leads.employee_id,
    leads.campaign_id,
    leads.source_channel as channel,
    leads.created_at,
    leads.created_on
from leads
left join first_pairs on leads.lead_id = first_pairs.lead_id
left join {{ ref('identity_links') }} as links
    on
        links.stream = 'leads'
        and leads.system = links.system
        and leads.lead_ref = links.record_ref
