{{ config(materialized='view', schema='intermediate', access='protected') }}

-- Every figure is a mean over units: a response, an answer, a customer, a ticket or a contract. Shares are units of 0 and 1.
{%- set in_window = '> ' ~ as_of() ~ ' - ' ~ var('voice_window_days') %}
with

responses as (

    select
        answers.response_id,
        answers.survey_kind,
        min(answers.customer_id) as customer_id,
        min(answers.answered_on) as answered_on,
        sum(answers.score_percent * coalesce(items.weight, 1)) / nullif(sum(coalesce(items.weight, 1)), 0) as weighted,
        avg(answers.score_percent) as plain
    from {{ ref('fct_surveys') }} as answers
    left join {{ ref('csi_items') }} as items on answers.item = items.item
    where answers.score_percent is not null
    group by answers.response_id, answers.survey_kind

),

buyers as (

    select
        orders.customer_id,
        count(*) as purchase_count,
        max(orders.ordered_on) as ordered_on
    from {{ ref('fct_orders') }} as orders
    where
        orders.customer_id is not null
        and not orders.is_cancelled
        and orders.positive_line_count > 0
        and orders.ordered_on {{ in_window }}
    group by orders.customer_id

),

complaints as (

    select
        ticket_id,
        customer_id,
        opened_on,
        resolved_at
    from {{ ref('fct_tickets') }}
    where
        ticket_kind = 'complaint'
        and opened_on {{ in_window }}

),

units as (

    select 'csi' as metric, response_id as unit_id, customer_id, answered_on as happened_on, coalesce(weighted, plain) as unit_value
    from responses where survey_kind = 'csat'
    union all
    select 'cli', response_id, customer_id, answered_on, plain
    from responses where survey_kind = 'cli'
    union all
    select
        'nps', answer_id, customer_id, answered_on,
        case nps_group when 'promoter' then 100 when 'passive' then 0 else -100 end
    from {{ ref('fct_surveys') }} where nps_group is not null
    union all
    select
        'recommendation_rate', answer_id, customer_id, answered_on, case when score >= 0.9 * scale_max then 1 else 0 end
    from {{ ref('fct_surveys') }}
    where
        item = 'recommend'
        and score is not null
    union all
    select 'repurchase_rate', customer_id as unit_id, customer_id, ordered_on, case when purchase_count >= 2 then 1 else 0 end
    from buyers
    union all
    select
        'complaint_rate', customer_id as unit_id, customer_id, ordered_on,
        case when customer_id in (select complaints.customer_id from complaints) then 1 else 0 end
    from buyers where exists (select 1 from {{ ref('fct_tickets') }})  -- without tickets nobody can have complained
    union all
    select 'complaint_resolution_rate', ticket_id, customer_id, opened_on, case when resolved_at is not null then 1 else 0 end
    from complaints
    union all
    select 'renewal_rate', contract_id, customer_id, ends_on, case when renewed_by_contract_id is not null then 1 else 0 end
    from {{ ref('fct_contracts') }} where ends_on <= {{ as_of() }}

)

select
    metric,
    unit_id,
    customer_id,
    happened_on,
    happened_on {{ in_window }} as is_in_window,
    cast(unit_value as decimal(9, 4)) as unit_value
from units
