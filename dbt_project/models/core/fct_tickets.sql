-- What happened to a ticket after as_of is not known yet: it counts as unanswered or unresolved.
with

tickets as (

    select * from {{ ref('stg_service__tickets') }}

)

select
    {{ member_key('tickets', 'ticket_ref') }} as ticket_id,
    tickets.system,
    {{ customer_found(['account', 'email', 'phone']) }} as customer_id,
    {{ member_key('tickets', 'order_ref') }} as order_id,
    {{ member_key('tickets', 'product_ref') }} as product_id,
    {{ member_key('tickets', 'employee_ref') }} as employee_id,
    tickets.ticket_kind,
    tickets.priority,
    tickets.channel,
    tickets.status,
    tickets.subject,
    tickets.text as ticket_text,
    tickets.language,
    case when tickets.resolved_on <= {{ as_of() }} then tickets.satisfaction_score end as satisfaction_score,
    tickets.reopened_count,
    tickets.handling_cost_base,
    tickets.opened_at,
    tickets.opened_on,
    case when tickets.first_answered_on <= {{ as_of() }} then tickets.first_answered_at end as first_answered_at,
    case when tickets.resolved_on <= {{ as_of() }} then tickets.resolved_at end as resolved_at
from tickets
{{ customer_joins('tickets', {'account': 'customer_ref', 'email': 'email_norm', 'phone': 'phone_norm'}) }}
