-- What tells tiers and customers apart besides money. Rates are empty, not zero, where there is nothing to divide by.
with

parameters as (

    {{ value_parameters(['period_days']) }}

),

bought as (

    select
        lines.customer_id,
        count(*) as line_count,
        count(*) filter (where lines.discount_base > 0) as discounted_count,
        count(distinct products.category_name) as category_count,
        count(*) filter (
            where {{ date_diff_days('products.launched_on', 'lines.ordered_on') }} < parameters.period_days
        ) as new_product_count,
        count(*) filter (where products.launched_on is not null) as dated_product_count
    from {{ ref('int_value__lines') }} as lines
    left join {{ ref('dim_products') }} as products on lines.product_id = products.product_id
    cross join parameters
    where lines.customer_id is not null
    group by lines.customer_id

),

served as (

    select
        customer_id,
        count(*) as ticket_count,
        count(*) filter (where ticket_kind = 'complaint') as complaint_count
    from {{ ref('fct_tickets') }}
    where customer_id is not null
    group by customer_id

),

asked as (

    select
        customer_id,
        avg(score_percent) filter (where item = 'overall') as satisfaction,
        avg(score_percent) filter (where item = 'recommend') as recommendation
    from {{ ref('fct_surveys') }}
    where customer_id is not null
    group by customer_id

),

happened as (

    select
        (select count(*) from {{ ref('fct_tickets') }}) as ticket_count,
        (select count(*) from {{ ref('fct_returns') }}) as return_count

),

engaged as (

    select
        customer_id,
        count(*) as engagement_count,
        count(*) filter (where engagement_kind = 'share') as share_count,
        count(*) filter (where engagement_kind in ('share', 'comment', 'favourite')) as endorsement_count
    from {{ ref('fct_engagements') }}
    where customer_id is not null
    group by customer_id

),

returned as (

    select customer_id, count(*) as return_count from {{ ref('fct_returns') }}
    where customer_id is not null
    group by customer_id

)

select
    money.customer_id,
    money.purchase_count,
    coalesce(bought.category_count, 0) as category_count,
    cast(1.0 * bought.discounted_count / nullif(bought.line_count, 0) as decimal(18, 6)) as discounted_share,
    cast(1.0 * bought.new_product_count / nullif(bought.dated_product_count, 0) as decimal(18, 6)) as new_product_share,
    coalesce(returned.return_count, 0) as return_count,
    case
        when happened.return_count > 0
            then cast(1.0 * coalesce(returned.return_count, 0) / nullif(bought.line_count, 0) as decimal(18, 6))
    end as return_rate,
    coalesce(served.ticket_count, 0) as ticket_count,
    coalesce(served.complaint_count, 0) as complaint_count,
    case
        when happened.ticket_count > 0
            then cast(1.0 * coalesce(served.complaint_count, 0) / nullif(money.purchase_count, 0) as decimal(18, 6))
    end as complaint_rate,
    cast(asked.satisfaction as decimal(18, 6)) as satisfaction,
    cast(asked.recommendation as decimal(18, 6)) as recommendation,
    coalesce(engaged.engagement_count, 0) as engagement_count,
    coalesce(engaged.share_count, 0) as share_count,
    coalesce(engaged.endorsement_count, 0) as endorsement_count
from {{ ref('customer_contribution') }} as money
cross join happened
left join bought on money.customer_id = bought.customer_id
left join served on money.customer_id = served.customer_id
left join asked on money.customer_id = asked.customer_id
left join engaged on money.customer_id = engaged.customer_id
left join returned on money.customer_id = returned.customer_id
where money.customer_id is not null and money.span = 'all_time'
