-- Only what a known person did or received: the rest stays in its fact, counted there as unlinked.
with

activities as (

    select
        activities.*,
        {{ member_key('activities', 'activity_ref') }} as activity_id,
        coalesce({{ customer_found(['account']) }}, leads.customer_id) as customer_id
    from {{ ref('stg_sales__activities') }} as activities
    {{ customer_joins('activities', {'account': 'customer_ref'}) }}
    left join {{ ref('identity_links') }} as leads
        on
            leads.stream = 'leads'
            and activities.system = leads.system
            and activities.lead_ref = leads.record_ref

),

interactions as (

    select
        'orders' as stream, order_id as record_id, system, customer_id, 'purchase' as family,
        case when is_cancelled then 'cancelled_order' else 'order' end as type,
        ordered_at as happened_at, ordered_on as happened_on, channel, sales_base as amount_base
    from {{ ref('fct_orders') }}
    union all
    select
        'returns', return_id, system, customer_id, 'purchase', 'return',
        returned_at, returned_on, channel, -deducted_base
    from {{ ref('fct_returns') }}
    union all
    select
        'events', session_id, system, customer_id, 'browsing', deepest_step,
        started_at, started_on, first_channel_group, null
    from {{ ref('fct_web_sessions') }}
    union all
    select
        'engagements', engagement_id, system, customer_id, 'interaction', engagement_kind,
        occurred_at, occurred_on, platform, null
    from {{ ref('fct_engagements') }}
    union all
    select
        'activities', activity_id, system, customer_id, 'interaction', 'sales_activity',
        happened_at, happened_on, lower(activity_kind), null
    from activities
    union all
    select
        'tickets', ticket_id, system, customer_id, 'feedback', ticket_kind,
        opened_at, opened_on, channel, null
    from {{ ref('fct_tickets') }}
    union all
    select
        'contacts', contact_id, system, customer_id, 'feedback', 'service_contact',
        started_at, started_on, channel, null
    from {{ ref('fct_contacts') }}
    union all
    select
        'surveys', response_id, min(system), min(customer_id), 'feedback', 'survey',
        min(answered_at), min(answered_on), min(survey_kind), null
    from {{ ref('fct_surveys') }}
    group by response_id
    union all
    select
        'campaign_contacts', campaign_contact_id, system, customer_id, 'marketing', 'campaign_contact',
        sent_at, sent_on, channel, null
    from {{ ref('fct_campaign_contacts') }}
    where arm = 'treatment'
    union all
    select
        'campaign_responses', response_id, system, customer_id, 'marketing', response_kind,
        responded_at, responded_on, channel, null
    from {{ ref('fct_campaign_responses') }}

)

select
    stream || ':' || record_id as interaction_id,
    customer_id,
    family,
    type,
    happened_at,
    happened_on,
    channel,
    cast(amount_base as decimal(18, 4)) as amount_base,
    system,
    stream,
    record_id
from interactions
where customer_id is not null
