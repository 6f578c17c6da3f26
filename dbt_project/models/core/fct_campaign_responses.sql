with

responses as (

    select * from {{ ref('stg_campaigns__campaign_responses') }}

),

contacts as (

    select
        campaign_contact_id,
        customer_id,
        channel,
        step_no
    from {{ ref('fct_campaign_contacts') }}

)

select
    {{ member_key('responses', 'response_ref') }} as response_id,
    responses.system,
    coalesce({{ customer_found(['account']) }}, contacts.customer_id) as customer_id,
    {{ member_key('responses', 'campaign_ref') }} as campaign_id,
    contacts.campaign_contact_id,
    contacts.channel,
    contacts.step_no,
    responses.response_kind,
    responses.attitude,
    {{ member_key('responses', 'order_ref') }} as order_id,
    responses.responded_at,
    responses.responded_on
from responses
left join contacts on {{ member_key('responses', 'contact_ref') }} = contacts.campaign_contact_id
{{ customer_joins('responses', {'account': 'customer_ref'}) }}
