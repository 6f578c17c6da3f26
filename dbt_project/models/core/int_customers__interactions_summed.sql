{{ config(materialized='view') }}

with

interactions as (

    select
        customer_id,
        min(happened_on) as first_interaction_on,
        max(happened_on) as last_interaction_on,
        count(*) filter (where family = 'browsing') as session_count,
        count(*) filter (where stream = 'engagements') as engagement_count,
        count(*) filter (where stream = 'tickets') as ticket_count,
        count(*) filter (where type = 'complaint' and stream = 'tickets') as complaint_count,
        count(*) filter (where type = 'campaign_contact') as campaign_contact_count
    from {{ ref('customer_interactions') }}
    group by customer_id

),

answers as (

    select
        customer_id,
        score,
        nps_group
    from {{ ref('fct_surveys') }}
    where
        customer_id is not null
        and nps_group is not null
    qualify row_number() over (partition by customer_id order by answered_at desc, answer_id desc) = 1

)

select
    interactions.*,
    answers.score as last_nps_score,
    answers.nps_group as last_nps_group
from interactions
left join answers on interactions.customer_id = answers.customer_id
