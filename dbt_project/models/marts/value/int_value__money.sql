-- Everything that brings or costs money, per customer, in the last period and before it. Nobody known is one row.
with

parameters as (

    {{ value_parameters(['period_days', 'returned_cost_recovered']) }}

),

happened as (

    select
        customer_id, ordered_on as happened_on,
        case when positive_line_count > 0 then 1 else 0 end as purchase_count,
        gross_base, discount_base, shipping_base, 0 as returns_base, 0 as cost_base, 0 as uncosted_base,
        0 as service_base, 0 as marketing_base
    from {{ ref('fct_orders') }}
    where not is_cancelled
    union all
    select
        customer_id, ordered_on, 0, 0, 0, 0, 0,
        coalesce(cost_base, 0), case when cost_base is null then coalesce(line_amount_base, 0) else 0 end, 0, 0
    from {{ ref('int_value__lines') }}
    union all
    select
        returns.customer_id, returns.returned_on, 0, 0, 0, 0, coalesce(returns.deducted_base, 0),
        -coalesce(parameters.returned_cost_recovered * returns.quantity * products.unit_cost_base, 0), 0, 0, 0
    from {{ ref('fct_returns') }} as returns
    left join {{ ref('dim_products') }} as products on returns.product_id = products.product_id
    cross join parameters
    union all
    select customer_id, opened_on, 0, 0, 0, 0, 0, 0, 0, coalesce(handling_cost_base, 0), 0
    from {{ ref('fct_tickets') }}
    union all
    select customer_id, sent_on, 0, 0, 0, 0, 0, 0, 0, 0, coalesce(cost_base, 0)
    from {{ ref('fct_campaign_contacts') }}

),

halves as (

    select
        happened.customer_id,
        {{ date_diff_days('happened.happened_on', as_of()) }} < parameters.period_days as is_recent,
        {% for column in ['purchase_count', 'gross_base', 'discount_base', 'shipping_base', 'returns_base', 'cost_base',
                          'uncosted_base', 'service_base'] %}
        sum(happened.{{ column }}) as {{ column }},
        {% endfor %}
        sum(happened.marketing_base) as marketing_base
    from happened
    cross join parameters
    group by
        happened.customer_id,
        {{ date_diff_days('happened.happened_on', as_of()) }} < parameters.period_days

),

spans as (

    select 'all_time' as span, halves.* from halves
    union all
    select 'last_period', halves.* from halves where is_recent

)

select
    customer_id,
    span,
    cast(sum(purchase_count) as bigint) as purchase_count,
    {% for column in ['gross_base', 'discount_base', 'shipping_base', 'returns_base', 'cost_base', 'uncosted_base',
                      'service_base'] %}
    cast(sum({{ column }}) as decimal(18, 4)) as {{ column }},
    {% endfor %}
    cast(sum(marketing_base) as decimal(18, 4)) as marketing_base
from spans
group by customer_id, span
