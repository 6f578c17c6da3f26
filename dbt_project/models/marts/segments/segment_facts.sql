-- Everything that a rule may ask about a customer, in one row: rules are expressions over these columns and nothing else.
with

customers as (

    select * from {{ ref('dim_customers') }}

),

orders as (

    select
        orders.customer_id,
        count(*) as order_count,
        count(*) filter (where orders.ordered_on > {{ dbt.dateadd('day', -365, as_of()) }}) as order_count_12m,
        cast(sum(orders.sales_base) filter (
            where orders.ordered_on > {{ dbt.dateadd('day', -365, as_of()) }}
        ) as decimal(18, 4)) as sales_base_12m,
        cast(count(*) filter (where orders.discount_base > 0) as double) / count(*) as discounted_share,
        cast(count(*) filter (where orders.channel_group = 'online') as double) / count(*) as online_share,
        cast(count(*) filter (where dates.is_weekend) as double) / count(*) as weekend_share
    from {{ ref('fct_orders') }} as orders
    left join {{ ref('dim_dates') }} as dates on orders.ordered_on = dates.date_on
    where orders.customer_id is not null and not orders.is_cancelled and orders.positive_line_count > 0
    group by orders.customer_id

),

visits as (

    select
        customer_id,
        cast(sum(product_view_count) as bigint) as product_view_count,
        count(*) filter (where purchase_count > 0) as buying_session_count,
        max(started_on) as last_visit_on
    from {{ ref('fct_web_sessions') }}
    where customer_id is not null
    group by customer_id

),

responses as (

    select
        customer_id,
        count(*) as campaign_response_count
    from {{ ref('fct_campaign_responses') }}
    where customer_id is not null
    group by customer_id

)

select
    customers.customer_id,
    customers.customer_kind,
    {{ age_in_years('customers.birth_date', as_of()) }} as age_years,
    customers.gender,
    customers.income_band,
    customers.occupation,
    customers.education,
    customers.language,
    customers.country,
    customers.region,
    customers.city,
    customers.postal_code,
    preferences.interests,
    preferences.purchase_motive,
    customers.order_count,
    coalesce(orders.order_count_12m, 0) as order_count_12m,
    customers.net_base,
    coalesce(orders.sales_base_12m, 0) as sales_base_12m,
    cast(customers.sales_base / nullif(customers.order_count, 0) as decimal(18, 4)) as average_order_base,
    customers.r_days,
    customers.rfm_segment,
    case
        when customers.order_count > 0
            then percent_rank() over (partition by customers.order_count > 0 order by customers.net_base)
    end as net_rank,
    cast(customers.returns_base as double) / nullif(cast(customers.sales_base as double), 0) as return_share,
    orders.discounted_share,
    orders.online_share,
    orders.weekend_share,
    habits.category_count,
    habits.favourite_category,
    habits.new_product_share,
    cycles.is_regular as is_regular_buyer,
    cycles.cycle_state,
    lifecycle.stage_by_transaction as lifecycle_stage,
    classes.abc_class,
    tiers.tier as profit_tier,
    lifetimes.clv_margin_base,
    scores.value_level,
    scores.potential_level,
    scores.loyalty_level,
    customers.session_count,
    coalesce(visits.product_view_count, 0) as product_view_count,
    coalesce(visits.buying_session_count, 0) as buying_session_count,
    cast({{ date_diff_days('visits.last_visit_on', as_of()) }} as integer) as visit_days,
    customers.engagement_count,
    customers.ticket_count,
    customers.complaint_count,
    customers.campaign_contact_count,
    coalesce(responses.campaign_response_count, 0) as campaign_response_count,
    customers.last_nps_group,
    {{ outlook_facts() | join(', ') }}
from customers
left join orders on customers.customer_id = orders.customer_id
left join visits on customers.customer_id = visits.customer_id
left join responses on customers.customer_id = responses.customer_id
left join {{ ref('int_customers__preferences') }} as preferences on customers.customer_id = preferences.customer_id
left join {{ ref('int_customers__purchase_habits') }} as habits on customers.customer_id = habits.customer_id
left join {{ ref('purchase_cycles') }} as cycles on customers.customer_id = cycles.customer_id and cycles.scope = 'all'
left join {{ ref('customer_lifecycle') }} as lifecycle on customers.customer_id = lifecycle.customer_id and lifecycle.is_current
left join {{ ref('abc_classes') }} as classes on customers.customer_id = classes.entity_id and classes.entity_kind = 'customer'
left join {{ ref('customer_tiers') }} as tiers on customers.customer_id = tiers.customer_id and tiers.scheme = 'four_tier'
left join {{ ref('customer_lifetime_value') }} as lifetimes on customers.customer_id = lifetimes.customer_id
left join {{ ref('customer_scores') }} as scores on customers.customer_id = scores.customer_id
left join {{ ref('customer_outlook') }} as outlook on customers.customer_id = outlook.customer_id
