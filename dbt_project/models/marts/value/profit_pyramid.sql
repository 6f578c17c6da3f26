-- Besides the tiers two rows make the sums whole: who was served or mailed and never bought, and sales of nobody known.
with

schemes as (

    select distinct scheme from {{ ref('pyramid_tiers') }}

),

money as (

    select
        schemes.scheme,
        case
            when contribution.customer_id is null then 'unlinked'
            else coalesce(tiers.tier, 'no_purchase')
        end as tier,
        coalesce(tiers.tier_no, case when contribution.customer_id is null then 99 else 98 end) as tier_no,
        contribution.*
    from {{ ref('customer_contribution') }} as contribution
    cross join schemes
    left join {{ ref('customer_tiers') }} as tiers
        on
            contribution.customer_id = tiers.customer_id
            and schemes.scheme = tiers.scheme
    where contribution.span = {{ setting('value_span', ['all_time', 'last_period']) }}

)

select
    scheme,
    tier,
    tier_no,
    {{ as_of() }} as as_of_date,
    count(customer_id) as customer_count,
    {% for column in ['gross_base', 'shipping_base', 'discount_base', 'returns_base', 'net_base', 'known_cost_base',
                      'estimated_cost_base', 'service_cost_base', 'marketing_cost_base', 'contribution_base'] %}
    cast(sum({{ column }}) as decimal(18, 4)) as {{ column }},
    {% endfor %}
    cast(sum(discount_base) + sum(returns_base) + sum(service_cost_base) + sum(marketing_cost_base) as decimal(18, 4))
        as cost_to_serve_base,
    min(contribution_basis) as contribution_basis,
    cast(sum(contribution_base) / nullif(count(customer_id), 0) as decimal(18, 4)) as contribution_per_customer_base,
    cast(sum(net_base) / nullif(sum(sum(net_base)) over (partition by scheme), 0) as decimal(9, 6)) as share_of_sales,
    cast(sum(contribution_base) / nullif(sum(sum(contribution_base)) over (partition by scheme), 0) as decimal(18, 6))
        as share_of_contribution
from money
group by scheme, tier, tier_no
