-- Our reading of CLTV = F(R, L, I) (S077, S079): R is the contribution of a year, L the discounted years of the relationship
-- times price matching, I what the customer brings in through others; CLTV = R * L + I. Every part is kept.
with

parameters as (

    {{ value_parameters(['clv_min_observed_days', 'cltv_acquired_per_share', 'cltv_value_per_endorsement',
        'cltv_cost_per_return', 'cltv_mpa_weight']) }}

),

prices as (

    select
        product_id,
        cast(sum(line_amount_base) / nullif(sum(quantity), 0) as decimal(18, 4)) as mean_price
    from {{ ref('int_value__lines') }}
    group by product_id

),

matching as (

    select
        lines.customer_id,
        sum(lines.line_amount_base) / nullif(sum(lines.quantity * prices.mean_price), 0) as price_matching
    from {{ ref('int_value__lines') }} as lines
    inner join prices on lines.product_id = prices.product_id
    group by lines.customer_id

),

customers as (

    select
        money.*,
        greatest({{ date_diff_days('rfm.first_purchase_on', as_of()) }} + 1, parameters.clv_min_observed_days) / 365.25 as observed_years,
        money.net_base / nullif(money.purchase_count, 0) as mean_order_base
    from {{ ref('customer_contribution') }} as money
    inner join {{ ref('customer_rfm') }} as rfm on money.customer_id = rfm.customer_id
    cross join parameters
    where money.span = 'all_time' and money.purchase_count > 0

),

parts as (

    select
        customers.*,
        company.lifespan_years,
        company.lifespan_basis,
        company.retention_rate,
        customers.purchase_count / customers.observed_years as yearly_frequency,
        customers.contribution_base / customers.observed_years as r_part,
        1 + parameters.cltv_mpa_weight * (coalesce(matching.price_matching, 1) - 1) as price_matching,
        company.discounted_years,
        parameters.cltv_acquired_per_share * behaviour.share_count as acquired_count,
        avg(cast(customers.contribution_base / customers.observed_years as decimal(18, 4))) over () as mean_contribution_base,
        behaviour.endorsement_count,
        behaviour.return_count,
        behaviour.endorsement_count * parameters.cltv_value_per_endorsement
        - behaviour.return_count * parameters.cltv_cost_per_return as endorsement_base
    from customers
    inner join {{ ref('int_value__behaviour') }} as behaviour on customers.customer_id = behaviour.customer_id
    left join matching on customers.customer_id = matching.customer_id
    cross join {{ ref('int_value__company') }} as company
    cross join parameters

)

select
    customer_id,
    {{ as_of() }} as as_of_date,
    cast(mean_order_base as decimal(18, 4)) as mean_order_base,
    cast(yearly_frequency as decimal(18, 6)) as yearly_frequency,
    lifespan_years,
    lifespan_basis,
    cast(mean_order_base * yearly_frequency * lifespan_years as decimal(18, 4)) as clv_revenue_base,
    cast(r_part * lifespan_years as decimal(18, 4)) as clv_margin_base,
    contribution_basis as margin_basis,
    cast(r_part as decimal(18, 4)) as cltv_r_base,
    cast(price_matching as decimal(18, 6)) as cltv_price_matching,
    retention_rate as cltv_retention_rate,
    cast(discounted_years * price_matching as decimal(18, 6)) as cltv_l_years,
    cast(acquired_count as decimal(18, 6)) as cltv_acquired_count,
    endorsement_count as cltv_endorsement_count,
    return_count as cltv_return_count,
    cast(acquired_count * mean_contribution_base + endorsement_base as decimal(18, 4)) as cltv_i_base,
    cast(
        r_part * discounted_years * price_matching + acquired_count * mean_contribution_base + endorsement_base
        as decimal(18, 4)
    ) as cltv_base
from parts
