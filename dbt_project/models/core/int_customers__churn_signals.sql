{{ config(materialized='view') }}

-- Strength has the unit of its signal: scores as distance from the best in percent, hours, percent of a price, or 1.
with

texts as (

    select customer_id, opened_on as shown_on, lower(ticket_text) as said, 'free' as kind from {{ ref('fct_tickets') }}
    union all
    select customer_id, answered_on, lower(survey_comment), 'free' from {{ ref('fct_surveys') }}
    union all
    select customer_id, returned_on, lower(reason), 'free' from {{ ref('fct_returns') }}
    union all
    select customer_id, closed_on, lower(lost_reason), 'deal' from {{ ref('fct_opportunities') }}

),

lines as (

    select
        orders.customer_id,
        orders.ordered_on,
        lines.product_id,
        sum(lines.gross_base) / nullif(sum(lines.quantity), 0) as paid
    from {{ ref('fct_order_lines') }} as lines
    inner join {{ ref('fct_orders') }} as orders on lines.order_id = orders.order_id
    where orders.customer_id is not null and not orders.is_cancelled and lines.quantity > 0 and lines.product_id is not null
    group by orders.customer_id, orders.ordered_on, lines.product_id

),

paid as (

    select
        customer_id,
        ordered_on,
        paid,
        lag(paid) over (partition by customer_id, product_id order by ordered_on) as paid_before
    from lines

)

select texts.customer_id, terms.signal, texts.shown_on, cast(1 as double) as strength
from texts
inner join {{ ref('churn_terms') }} as terms
    on texts.said like '%' || terms.term || '%' and texts.kind = terms.scope
where texts.customer_id is not null
union all
select customer_id, 'low:' || item, answered_on, cast(100 - score_percent as double)
from {{ ref('fct_surveys') }}
where customer_id is not null and survey_kind = 'csat'
union all
select customer_id, 'nps_detractor', answered_on, case when nps_group = 'detractor' then 1 else 0 end
from {{ ref('fct_surveys') }}
where customer_id is not null and nps_group is not null
union all
select customer_id, 'complaint', opened_on, 1
from {{ ref('fct_tickets') }}
where customer_id is not null and ticket_kind = 'complaint'
union all
select customer_id, 'complaint_unresolved', opened_on, 1
from {{ ref('fct_tickets') }}
where customer_id is not null and ticket_kind = 'complaint' and resolved_at is null
union all
select customer_id, 'ticket_reopened', opened_on, reopened_count
from {{ ref('fct_tickets') }}
where customer_id is not null
union all
select customer_id, 'slow_answer_hours', opened_on, (epoch(first_answered_at) - epoch(opened_at)) / 3600
from {{ ref('fct_tickets') }}
where customer_id is not null
union all
select customer_id, 'returned', returned_on, 1
from {{ ref('fct_returns') }}
where customer_id is not null
union all
select customer_id, 'price_rise_percent', ordered_on, cast(100 * (paid / nullif(paid_before, 0) - 1) as double)
from paid
where paid_before is not null
union all
select customer_id, 'unsubscribed', responded_on, 1
from {{ ref('fct_campaign_responses') }}
where customer_id is not null and response_kind in ('unsubscribe', 'complaint')
