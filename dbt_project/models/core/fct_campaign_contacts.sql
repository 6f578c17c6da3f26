with

contacts as (

    select * from {{ ref('stg_campaigns__campaign_contacts') }}

)

select
    {{ member_key('contacts', 'contact_ref') }} as campaign_contact_id,
    contacts.system,
    {{ customer_found(['account', 'email', 'phone']) }} as customer_id,
    {{ member_key('contacts', 'campaign_ref') }} as campaign_id,
    contacts.arm,
    coalesce(contacts.step, 1) as step_no,
    contacts.channel,
    contacts.cost_amount_base as cost_base,
    contacts.sent_at,
    contacts.sent_on
from contacts
{{ customer_joins('contacts', {'account': 'customer_ref', 'email': 'email_norm', 'phone': 'phone_norm'}) }}
