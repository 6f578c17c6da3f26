-- What models say of each customer, as far as it may be acted on; a score that is not graded A or B, or too old, is empty.
with

churn as (

    {{ usable_scores('churn') }} and status = 'scored'

),

intent as (

    {{ usable_scores('purchase_intent') }} and status = 'scored'

),

lifetime as (

    {{ usable_scores('lifetime_value') }} and status = 'scored'

),

purchases as (

    {{ usable_scores('next_purchase') }} and status = 'scored' and category = 'all'

),

-- One product each: something new before something again.
offers as (

    {{ usable_scores('product_offers') }} and kind in ('new', 'repeat')
    qualify row_number() over (partition by customer_id order by kind, rank, product_id) = 1

),

response as (

    {{ usable_scores('customer_scorecard', 'response_grade') }}

)

select
    customers.customer_id,
    {{ as_of() }} as as_of_date,
    churn.churn_probability,
    churn.window_days as churn_window_days,
    churn.reason_1_en as churn_reason_en,
    churn.reason_1_zh as churn_reason_zh,
    intent.purchase_probability,
    intent.window_days as purchase_window_days,
    intent.reason_1_en as purchase_reason_en,
    intent.reason_1_zh as purchase_reason_zh,
    lifetime.p_alive,
    lifetime.expected_purchases_12m,
    lifetime.clv_revenue_12m,
    lifetime.clv_revenue_12m_low,
    lifetime.clv_revenue_12m_high,
    lifetime.clv_margin_12m,
    cast(churn.churn_probability * lifetime.clv_margin_12m as decimal(18, 2)) as margin_at_risk_12m,
    purchases.next_purchase_on,
    purchases.is_overdue as next_purchase_is_overdue,
    offers.product_id as offer_product_id,
    offers.product_name as offer_product_name,
    offers.reason_en as offer_reason_en,
    offers.reason_zh as offer_reason_zh,
    response.response_rate,
    response.purchase_response_rate,
    response.is_above_break_even as pays_for_contact,
    cast(
        case when churn.customer_id is null then 0 else 1 end + case when intent.customer_id is null then 0 else 1 end
        + case when lifetime.customer_id is null then 0 else 1 end + case when response.customer_id is null then 0 else 1 end
        + case when purchases.customer_id is null then 0 else 1 end + case when offers.customer_id is null then 0 else 1 end
        as integer
    ) as usable_score_count,
    least(
        churn.expires_on, intent.expires_on, lifetime.expires_on, response.expires_on, purchases.expires_on, offers.expires_on
    ) as use_until
from {{ ref('dim_customers') }} as customers
left join churn on customers.customer_id = churn.customer_id
left join intent on customers.customer_id = intent.customer_id
left join lifetime on customers.customer_id = lifetime.customer_id
left join response on customers.customer_id = response.customer_id
left join purchases on customers.customer_id = purchases.customer_id
left join offers on customers.customer_id = offers.customer_id
