-- A deal that closes after as_of is still open.
with

opportunities as (

    select
        *,
        coalesce(closed_on <= {{ as_of() }}, closed_at is null) as is_known
    from {{ ref('stg_sales__opportunities') }}

),

leads as (

    select
        system,
        record_ref,
        customer_id
    from {{ ref('identity_links') }} where stream = 'leads'

),

-- The row may be of a later day than as_of; the history of stages is not.
last_stages as (

    select
        opportunity_id,
        stage
    from {{ ref('fct_opportunity_stages') }} where left_at is null

)

select
    {{ member_key('opportunities', 'opportunity_ref') }} as opportunity_id,
    opportunities.system,
    coalesce({{ customer_found(['account']) }}, leads.customer_id) as customer_id,
    {{ member_key('opportunities', 'lead_ref') }} as lead_id,
    {{ member_key('opportunities', 'employee_ref') }} as employee_id,
    {{ member_key('opportunities', 'product_ref') }} as product_id,
    {{ member_key('opportunities', 'campaign_ref') }} as campaign_id,
    opportunities.channel,
    case
        when opportunities.is_known and opportunities.outcome in ('won', 'lost') then opportunities.stage
        else coalesce(last_stages.stage, opportunities.stage)
    end as stage,
    case when opportunities.is_known then coalesce(opportunities.outcome, 'open') else 'open' end as outcome,
    opportunities.amount,
    opportunities.currency,
    opportunities.amount_base,
    case when opportunities.is_known then opportunities.lost_reason end as lost_reason,
    opportunities.created_at,
    opportunities.created_on,
    opportunities.expected_close_on,
    case when opportunities.is_known then opportunities.closed_at end as closed_at,
    case when opportunities.is_known then opportunities.closed_on end as closed_on
from opportunities
{{ customer_joins('opportunities', {'account': 'customer_ref'}) }}
left join leads
    on
        opportunities.system = leads.system
        and opportunities.lead_ref = leads.record_ref
left join last_stages on {{ member_key('opportunities', 'opportunity_ref') }} = last_stages.opportunity_id
