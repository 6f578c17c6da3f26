-- Attributes are those of the golden record (customer_golden_cells says whence); of consents the most restrictive wins.
with

links as (

    select
        system,
        stream,
        record_ref,
        customer_id
    from {{ ref('identity_links') }} where customer_id is not null

),

persons as (

    select
        customer_id,
        count(*) as record_count,
        count(distinct system) as system_count,
        count(*) filter (where stream = 'customers') as account_count
    from links
    group by customer_id

),

attributes as (

    select * from {{ ref('int_customers__attributes') }}

),

contact_data as (

    select * from {{ ref('int_customers__contact_data') }}

),

interactions as (

    select * from {{ ref('int_customers__interactions_summed') }}

),

orders as (

    select * from {{ ref('int_customers__orders_summed') }}

),

rfm as (

    select
        customer_id,
        r_days,
        rfm_segment,
        class_four
    from {{ ref('customer_rfm') }}

)

select
    persons.customer_id,
    attributes.customer_kind,
    contact_data.full_name,
    attributes.given_name,
    attributes.family_name,
    contact_data.email,
    contact_data.phone,
    attributes.birth_date,
    attributes.gender,
    attributes.city,
    attributes.region,
    attributes.postal_code,
    attributes.country,
    contact_data.company_name,
    attributes.sector,
    attributes.occupation,
    attributes.income_band,
    attributes.education,
    contact_data.language,
    attributes.may_email,
    attributes.may_sms,
    attributes.may_phone,
    attributes.may_post,
    persons.record_count,
    persons.system_count,
    persons.account_count,
    coalesce(orders.purchase_count, 0) as order_count,
    coalesce(orders.return_count, 0) as return_count,
    orders.first_purchase_on as first_order_on,
    orders.last_purchase_on as last_order_on,
    coalesce(orders.sales_base, 0) as sales_base,
    coalesce(orders.returns_base, 0) as returns_base,
    coalesce(orders.net_base, 0) as net_base,
    coalesce(interactions.session_count, 0) as session_count,
    coalesce(interactions.engagement_count, 0) as engagement_count,
    coalesce(interactions.ticket_count, 0) as ticket_count,
    coalesce(interactions.complaint_count, 0) as complaint_count,
    coalesce(interactions.campaign_contact_count, 0) as campaign_contact_count,
    interactions.first_interaction_on,
    interactions.last_interaction_on,
    interactions.last_nps_score,
    interactions.last_nps_group,
    rfm.r_days,
    rfm.rfm_segment,
    rfm.class_four
from persons
left join attributes on persons.customer_id = attributes.customer_id
left join contact_data on persons.customer_id = contact_data.customer_id
left join interactions on persons.customer_id = interactions.customer_id
left join orders on persons.customer_id = orders.customer_id
left join rfm on persons.customer_id = rfm.customer_id
