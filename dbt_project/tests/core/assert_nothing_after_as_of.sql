-- No fact holds what lies after the last day that counts (F-48).
{% set facts = {
    'fct_orders': 'ordered_on', 'fct_order_lines': 'ordered_on', 'fct_returns': 'returned_on', 'fct_web_sessions': 'started_on',
    'fct_engagements': 'occurred_on', 'fct_tickets': 'opened_on', 'fct_contacts': 'started_on', 'fct_surveys': 'answered_on',
    'fct_opportunities': 'coalesce(closed_on, created_on)', 'fct_opportunity_stages': 'entered_on',
    'fct_campaign_contacts': 'sent_on', 'fct_campaign_responses': 'responded_on', 'customer_interactions': 'happened_on',
    'daily_sales': 'sold_on', 'dim_customers': 'last_interaction_on', 'stage_events': 'occurred_on',
    'deal_snapshots': 'won_on', 'customer_lifecycle': 'valid_from', 'churn_reasons': 'last_evidence_on',
} %}
{% for fact, day in facts.items() %}
select '{{ fact }}' as fact, max({{ day }}) as last_on
from {{ ref(fact) }}
having max({{ day }}) > {{ as_of() }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
