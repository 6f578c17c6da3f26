with

contacts as (

    select * from {{ ref('stg_service__contacts') }}

)

select
    {{ member_key('contacts', 'contact_ref') }} as contact_id,
    contacts.system,
    {{ customer_found(['account', 'email', 'phone']) }} as customer_id,
    {{ member_key('contacts', 'ticket_ref') }} as ticket_id,
    {{ member_key('contacts', 'employee_ref') }} as employee_id,
    contacts.channel,
    contacts.direction,
    contacts.topic,
    contacts.duration_seconds,
    contacts.started_at,
    contacts.started_on
from contacts
{{ customer_joins('contacts', {'account': 'customer_ref', 'email': 'email_norm', 'phone': 'phone_norm'}) }}
