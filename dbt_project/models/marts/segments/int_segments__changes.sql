{{ config(materialized='view', schema='intermediate', access='protected') }}

-- Everything dated that rules can ask about, one row for what came together in a period.
with

company as (

    select min(happened_on) as first_on from {{ ref('customer_interactions') }}

),

-- An account that does not say since when counts from the beginning; what comes later may not date it.
known as (

    select
        customers.customer_id,
        case
            when accounts.customer_id is null then customers.first_interaction_on
            else least(
                coalesce(accounts.first_account_on, company.first_on),
                coalesce(customers.first_interaction_on, accounts.first_account_on, company.first_on)
            )
        end as changed_on
    from {{ ref('dim_customers') }} as customers
    left join {{ ref('int_customers__preferences') }} as accounts on customers.customer_id = accounts.customer_id
    cross join company

),

visited as (

    select
        customer_id,
        started_on as changed_on,
        product_view_count,
        case when purchase_count > 0 then 1 else 0 end as buying_session_count,
        started_on as visited_on
    from {{ ref('fct_web_sessions') }}
    where customer_id is not null

),

met as (

    select
        customer_id,
        happened_on as changed_on,
        case when family = 'browsing' then 1 else 0 end as session_count,
        case when stream = 'engagements' then 1 else 0 end as engagement_count,
        case when stream = 'tickets' then 1 else 0 end as ticket_count,
        case when stream = 'tickets' and type = 'complaint' then 1 else 0 end as complaint_count,
        case when type = 'campaign_contact' then 1 else 0 end as campaign_contact_count
    from {{ ref('customer_interactions') }}

),

answered as (

    select customer_id, responded_on as changed_on, 1 as campaign_response_count
    from {{ ref('fct_campaign_responses') }}
    where customer_id is not null

),

changes as (

    select * from {{ ref('int_segments__purchases') }}
    union all
    {{ segment_change_rows({
        'known': [],
        'visited': ['product_view_count', 'buying_session_count', 'visited_on'],
        'met': ['session_count', 'engagement_count', 'ticket_count', 'complaint_count', 'campaign_contact_count'],
        'answered': ['campaign_response_count'],
    }) | indent(4) }}

)

select * from changes
