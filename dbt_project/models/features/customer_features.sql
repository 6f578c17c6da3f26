-- One definition for training and scoring: the newest cutoff is as_of. Sums of decimals first, ratios last.
with

cutoffs as (

    select * from {{ ref('feature_cutoffs') }}

),

known as (

    select
        cutoffs.cutoff_on,
        cutoffs.is_scoring,
        segments.segment,
        days.*,
        {{ date_diff_days('days.happened_on', 'cutoffs.cutoff_on') }} as age_days
    from {{ ref('feature_days') }} as days
    inner join {{ ref('feature_segments') }} as segments on days.customer_id = segments.customer_id
    inner join cutoffs on days.happened_on <= cutoffs.cutoff_on
    where cutoffs.is_scoring or (segments.is_in_training and days.known_on <= cutoffs.cutoff_on)

),

bought as (

    select
        customer_id,
        cutoff_on,
        is_scoring,
        segment,
        min(case when purchase_count > 0 then age_days end) as recency_days,
        max(case when purchase_count > 0 then age_days end) as tenure_days,
        count(distinct case when purchase_count > 0 then happened_on end) as purchase_days,
        count(distinct case when purchase_count > 0 and age_days < 90 then happened_on end) as purchase_days_90d,
        count(distinct case when purchase_count > 0 and age_days < 365 then happened_on end) as purchase_days_365d,
        sum(purchase_count) as purchase_count,
        sum(online_count) as online_count,
        sum(sales_base) as sales_base,
        sum(case when age_days < 365 then sales_base else 0 end) as sales_365d_base,
        sum(case when age_days < 365 then discount_base else 0 end) as discount_365d_base,
        sum(returns_base) as returns_base,
        sum(case when age_days < 365 then returns_base else 0 end) as returns_365d_base,
        sum(cost_base) as cost_base,
        sum(costed_base) as costed_base
    from known
    group by customer_id, cutoff_on, is_scoring, segment
    having sum(purchase_count) > 0

),

first_days as (

    select
        known.customer_id,
        known.cutoff_on,
        sum(known.sales_base) as first_day_base
    from known
    inner join bought
        on
            known.customer_id = bought.customer_id
            and known.cutoff_on = bought.cutoff_on
            and known.age_days = bought.tenure_days
    group by known.customer_id, known.cutoff_on

),

answers as (

    select
        surveys.customer_id,
        cutoffs.cutoff_on,
        cast(sum(surveys.score_percent) as double) / count(*) as satisfaction_percent
    from {{ ref('fct_surveys') }} as surveys
    inner join cutoffs on surveys.answered_on > cutoffs.year_from_on and surveys.answered_on <= cutoffs.cutoff_on
    left join {{ ref('stg_late_records') }} as late on late.stream = 'surveys' and surveys.response_id = late.record_id
    where
        surveys.score_percent is not null
        and surveys.customer_id is not null
        and (cutoffs.is_scoring or coalesce(late.known_on, surveys.answered_on) <= cutoffs.cutoff_on)
    group by surveys.customer_id, cutoffs.cutoff_on

)

select
    bought.customer_id,
    bought.cutoff_on,
    bought.is_scoring,
    bought.segment,
    cast(bought.recency_days as integer) as recency_days,
    cast(bought.tenure_days as integer) as tenure_days,
    cast(bought.purchase_days as integer) as purchase_days,
    cast(bought.purchase_days_90d as integer) as purchase_days_90d,
    cast(bought.purchase_days_365d as integer) as purchase_days_365d,
    cast(bought.tenure_days - bought.recency_days as double) / nullif(bought.purchase_days - 1, 0) as mean_gap_days,
    cast(bought.sales_base as decimal(18, 4)) as sales_base,
    cast(bought.sales_base - bought.returns_base as decimal(18, 4)) as net_base,
    cast(bought.sales_365d_base - bought.returns_365d_base as decimal(18, 4)) as net_365d_base,
    cast(bought.sales_base - bought.returns_base as double) / bought.purchase_days as mean_day_base,
    cast(bought.sales_base - first_days.first_day_base as double) / nullif(bought.purchase_days - 1, 0) as repeat_day_base,
    cast(bought.cost_base as decimal(18, 4)) as cost_base,
    cast(bought.costed_base as decimal(18, 4)) as costed_base,
    cast(bought.discount_365d_base as double) / nullif(cast(bought.sales_365d_base + bought.discount_365d_base as double), 0)
        as discount_share_365d,
    cast(bought.returns_365d_base as double) / nullif(cast(bought.sales_365d_base as double), 0) as return_share_365d,
    cast(bought.online_count as double) / bought.purchase_count as online_share,
    cast(touches.visit_age_days as integer) as visit_age_days,
    cast(coalesce(touches.visits_30d, 0) as integer) as visits_30d,
    cast(coalesce(touches.visits_90d, 0) as integer) as visits_90d,
    cast(coalesce(touches.carts_30d, 0) as integer) as carts_30d,
    cast(coalesce(touches.engagements_90d, 0) as integer) as engagements_90d,
    cast(coalesce(touches.complaints_365d, 0) as integer) as complaints_365d,
    cast(coalesce(touches.service_90d, 0) as integer) as service_90d,
    cast(coalesce(touches.mailings_90d, 0) as integer) as mailings_90d,
    cast(coalesce(touches.responses_90d, 0) as integer) as responses_90d,
    answers.satisfaction_percent
from bought
inner join first_days on bought.customer_id = first_days.customer_id and bought.cutoff_on = first_days.cutoff_on
left join {{ ref('feature_touches') }} as touches on bought.customer_id = touches.customer_id and bought.cutoff_on = touches.cutoff_on
left join answers on bought.customer_id = answers.customer_id and bought.cutoff_on = answers.cutoff_on
