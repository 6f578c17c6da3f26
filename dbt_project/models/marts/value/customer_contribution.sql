-- Lines without a known cost are taken to cost what the others do, as a share of their sales; with no cost anywhere there is
-- no profit, and contribution says so by its basis.
with

money as (

    select * from {{ ref('int_value__money') }}

),

costs as (

    select
        sum(cost_base) / nullif(sum(case when cost_base is not null then line_amount_base end), 0) as cost_share
    from {{ ref('int_value__lines') }}

),

valued as (

    select
        money.*,
        money.gross_base - money.discount_base + money.shipping_base - money.returns_base as net_base,
        cast(money.uncosted_base * costs.cost_share as decimal(18, 4)) as estimated_cost_base,
        case when costs.cost_share is not null then 'profit' else 'before_cost_of_goods' end as contribution_basis
    from money
    cross join costs

),

contributed as (

    select
        *,
        net_base - case when contribution_basis = 'profit' then cost_base + estimated_cost_base else 0 end
        - service_base - marketing_base as contribution_base
    from valued

)

select
    customer_id,
    span,
    {{ as_of() }} as as_of_date,
    purchase_count,
    gross_base,
    shipping_base,
    discount_base,
    returns_base,
    cast(net_base as decimal(18, 4)) as net_base,
    case when contribution_basis = 'profit' then cost_base end as known_cost_base,
    estimated_cost_base,
    service_base as service_cost_base,
    marketing_base as marketing_cost_base,
    cast(contribution_base as decimal(18, 4)) as contribution_base,
    contribution_basis,
    cast(contribution_base / nullif(net_base, 0) as decimal(18, 6)) as contribution_rate,
    cast(net_base / nullif(sum(net_base) over (partition by span), 0) as decimal(18, 6)) as share_of_sales,
    cast(contribution_base / nullif(sum(contribution_base) over (partition by span), 0) as decimal(18, 6))
        as share_of_contribution
from contributed
