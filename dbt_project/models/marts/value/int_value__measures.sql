-- Every measure as the share of customers who are worse, 0 to 1: tie-safe, without unit, empty where nothing is known.
with

customers as (

    select
        rfm.customer_id,
        money.contribution_base as contribution,
        rfm.f_count as frequency,
        -rfm.r_days as recency,
        -behaviour.category_count as unbought_categories,
        behaviour.engagement_count + coalesce(touched.session_count, 0) as interest,
        coalesce(recent.net_base, 0) - (money.net_base - coalesce(recent.net_base, 0)) as growth,
        behaviour.recommendation,
        behaviour.satisfaction,
        -behaviour.complaint_rate as few_complaints,
        case when rfm.f_count > 1 then 1 else 0 end as repeat,
        {{ date_diff_days('rfm.first_purchase_on', as_of()) }} as tenure
    from {{ ref('customer_rfm') }} as rfm
    inner join {{ ref('customer_contribution') }} as money
        on
            rfm.customer_id = money.customer_id
            and money.span = 'all_time'
    left join {{ ref('customer_contribution') }} as recent
        on
            rfm.customer_id = recent.customer_id
            and recent.span = 'last_period'
    inner join {{ ref('int_value__behaviour') }} as behaviour on rfm.customer_id = behaviour.customer_id
    left join {{ ref('int_customers__interactions_summed') }} as touched on rfm.customer_id = touched.customer_id

)

select
    {% for measure in ['contribution', 'frequency', 'recency', 'unbought_categories', 'interest', 'growth', 'recommendation',
                       'satisfaction', 'few_complaints', 'repeat', 'tenure'] %}
    cast(
        case when {{ measure }} is not null then 1.0 end
        * (rank() over (order by {{ measure }} nulls last) - 1) / nullif(count({{ measure }}) over () - 1, 0) as decimal(9, 6)
    ) as {{ measure }},
    {% endfor %}
    customer_id
from customers
