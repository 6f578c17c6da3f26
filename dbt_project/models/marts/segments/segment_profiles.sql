-- Classes that nobody is in stay visible with zero customers; a segmentation by values has the values that occur.
with

labels as (

    {{ segment_label_rows(segmentations()) }}

),

kinds as (

    {{ segmentation_rows(segmentations()) }}

),

members as (

    select
        members.segmentation,
        members.segment,
        facts.*
    from {{ ref('segment_members') }} as members
    inner join {{ ref('segment_facts') }} as facts on members.customer_id = facts.customer_id

),

listed as (

    select
        segmentation,
        segment
    from members

    union

    select
        segmentation,
        segment
    from labels
    where segmentation <> ''

),

summed as (

    select
        segmentation,
        segment,
        count(*) as customer_count,
        count(*) filter (where order_count > 0) as buyer_count,
        sum(order_count) as order_count,
        sum(net_base) as net_base,
        sum(sales_base_12m) as sales_base_12m,
        avg(r_days) as mean_r_days,
        avg(age_years) as mean_age_years,
        sum(session_count) as session_count,
        sum(buying_session_count) as buying_session_count,
        sum(campaign_contact_count) as campaign_contact_count,
        sum(campaign_response_count) as campaign_response_count,
        sum(complaint_count) as complaint_count,
        count(last_nps_group) as nps_count,
        count(*) filter (where last_nps_group = 'promoter') as promoter_count,
        count(*) filter (where last_nps_group = 'detractor') as detractor_count
    from members
    group by segmentation, segment

),

totals as (

    select
        count(*) as customer_count,
        sum(net_base) as net_base
    from {{ ref('segment_facts') }}

)

select
    listed.segmentation,
    listed.segment,
    kinds.kind,
    coalesce(labels.segment_en, listed.segment) as segment_en,
    coalesce(labels.segment_zh, listed.segment) as segment_zh,
    kinds.origin,
    kinds.rule,
    coalesce(summed.customer_count, 0) as customer_count,
    cast(coalesce(summed.customer_count, 0) as double) / nullif(totals.customer_count, 0) as customer_share,
    coalesce(summed.buyer_count, 0) as buyer_count,
    cast(summed.buyer_count as double) / summed.customer_count as buyer_rate,
    cast(coalesce(summed.order_count, 0) as bigint) as order_count,
    cast(coalesce(summed.net_base, 0) as decimal(18, 4)) as net_base,
    cast(summed.net_base as double) / nullif(cast(totals.net_base as double), 0) as net_share,
    cast(summed.net_base / nullif(summed.customer_count, 0) as decimal(18, 4)) as net_base_per_customer,
    cast(coalesce(summed.sales_base_12m, 0) as decimal(18, 4)) as sales_base_12m,
    cast(summed.mean_r_days as double) as mean_r_days,
    cast(summed.mean_age_years as double) as mean_age_years,
    cast(coalesce(summed.session_count, 0) as bigint) as session_count,
    cast(summed.buying_session_count as double) / nullif(summed.session_count, 0) as session_conversion_rate,
    cast(summed.campaign_response_count as double) / nullif(summed.campaign_contact_count, 0) as responses_per_contact,
    cast(coalesce(summed.complaint_count, 0) as bigint) as complaint_count,
    coalesce(summed.nps_count, 0) as nps_count,
    100.0 * (summed.promoter_count - summed.detractor_count) / nullif(summed.nps_count, 0) as nps
from listed
inner join kinds on listed.segmentation = kinds.segmentation
left join summed on listed.segmentation = summed.segmentation and listed.segment = summed.segment
left join labels on listed.segmentation = labels.segmentation and listed.segment = labels.segment
cross join totals
