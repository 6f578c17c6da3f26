-- Contacts of a year before the cutoff; what arrived later than it is left out, as in feature_days.
with

cutoffs as (

    select * from {{ ref('feature_cutoffs') }}

),

touches as (

    select
        interactions.customer_id,
        interactions.happened_on,
        coalesce(late.known_on, interactions.happened_on) as known_on,
        interactions.family,
        interactions.type,
        interactions.stream,
        segments.is_in_training
    from {{ ref('customer_interactions') }} as interactions
    inner join {{ ref('feature_segments') }} as segments on interactions.customer_id = segments.customer_id
    left join {{ ref('stg_late_records') }} as late on interactions.stream = late.stream and interactions.record_id = late.record_id
    where interactions.family <> 'purchase' and interactions.happened_on is not null

),

placed as (

    select
        touches.*,
        cutoffs.cutoff_on,
        {{ date_diff_days('touches.happened_on', 'cutoffs.cutoff_on') }} as age_days
    from touches
    inner join cutoffs
        on
            touches.happened_on > cutoffs.year_from_on
            and touches.happened_on <= cutoffs.cutoff_on
    where cutoffs.is_scoring or (touches.is_in_training and touches.known_on <= cutoffs.cutoff_on)

)

select
    customer_id,
    cutoff_on,
    min(case when family = 'browsing' then age_days end) as visit_age_days,
    sum(case when family = 'browsing' and age_days < 30 then 1 else 0 end) as visits_30d,
    sum(case when family = 'browsing' and age_days < 90 then 1 else 0 end) as visits_90d,
    sum(case when family = 'browsing' and type = 'cart' and age_days < 30 then 1 else 0 end) as carts_30d,
    sum(case when family = 'interaction' and stream = 'engagements' and age_days < 90 then 1 else 0 end) as engagements_90d,
    sum(case when type = 'complaint' and family = 'feedback' then 1 else 0 end) as complaints_365d,
    sum(case when family = 'feedback' and type not in ('complaint', 'survey') and age_days < 90 then 1 else 0 end) as service_90d,
    sum(case when stream = 'campaign_contacts' and age_days < 90 then 1 else 0 end) as mailings_90d,
    sum(case when stream = 'campaign_responses' and type in ('open', 'click', 'purchase') and age_days < 90 then 1 else 0 end)
        as responses_90d
from placed
group by customer_id, cutoff_on
