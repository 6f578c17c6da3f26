-- Two readings of the matrix (C6): growth and share, and sales and profit. Bounds are the company's own: its growth, the mean of the
-- shares, mean sales, mean contribution; a value on the bound is low.
with

parameters as (

    {{ value_parameters(['period_days']) }}

),

products as (

    select
        days.product_id,
        products.category_name,
        {{ date_diff_days('days.sold_on', as_of()) }} < parameters.period_days as is_recent,
        sum(days.net_base) as net_base,
        sum(days.cost_base) as cost_base,
        sum(days.uncosted_base) as uncosted_base
    from {{ ref('int_value__product_days') }} as days
    left join {{ ref('dim_products') }} as products on days.product_id = products.product_id
    cross join parameters
    where {{ date_diff_days('days.sold_on', as_of()) }} < 2 * parameters.period_days
    group by days.product_id, products.category_name, {{ date_diff_days('days.sold_on', as_of()) }} < parameters.period_days

),

costed as (

    select
        coalesce(product_id, 'unknown') as product_id,
        coalesce(category_name, 'unknown') as category_name,
        is_recent,
        net_base,
        net_base - cost_base - uncosted_base
        * case when sum(abs(cost_base)) over () > 0 then sum(cost_base) over () / nullif(sum(net_base - uncosted_base) over (), 0) end
            as contribution_base
    from products

),

entities as (

    select 'product' as entity_kind, product_id as entity_id, is_recent, net_base, contribution_base from costed
    union all
    select 'category', category_name, is_recent, net_base, contribution_base from costed
    union all
    select group_kind, group_name, is_recent, net_base, contribution_base
    from {{ ref('int_value__group_sales') }}

),

-- Growth against a period that the data hold in part would be that of the data.
history as (

    select {{ date_diff_days('min(days.sold_on)', as_of()) }} >= 1.9 * min(parameters.period_days) as is_long
    from {{ ref('int_value__product_days') }} as days
    cross join parameters

),

measured as (

    select
        entities.entity_kind,
        entities.entity_id,
        sum(case when entities.is_recent then entities.net_base else 0 end) as net_base,
        sum(case when entities.is_recent then 0 else entities.net_base end) as previous_net_base,
        sum(case when entities.is_recent then entities.contribution_base end) as contribution_base,
        sum(case when not entities.is_recent and history.is_long then entities.net_base end) > 0 as is_comparable
    from entities
    cross join history
    group by entities.entity_kind, entities.entity_id

),

compared as (

    select
        *,
        net_base / nullif(previous_net_base, 0) - 1 as growth_rate,
        net_base / nullif(sum(net_base) over kind, 0) as sales_share,
        sum(net_base) over kind / nullif(sum(previous_net_base) over kind, 0) - 1 as kind_growth_rate,
        case when count(*) over kind > 1 then 1.0 / count(*) over kind end as mean_share,
        case when count(*) over kind > 1 then avg(net_base) over kind end as mean_net_base,
        avg(contribution_base) over kind as mean_contribution_base
    from measured
    window kind as (partition by entity_kind)

),

pairs as (

    select
        *, 'growth_share' as axis_pair, sales_share > mean_share as is_x_high,
        case when is_comparable then growth_rate > kind_growth_rate end as is_y_high
    from compared
    union all
    select *, 'sales_contribution', net_base > mean_net_base, contribution_base > mean_contribution_base from compared

)

select
    entity_kind,
    entity_id,
    axis_pair,
    {{ as_of() }} as as_of_date,
    cast(net_base as decimal(18, 4)) as net_base,
    cast(previous_net_base as decimal(18, 4)) as previous_net_base,
    cast(case when is_comparable then growth_rate end as decimal(18, 6)) as growth_rate,
    cast(sales_share as decimal(18, 6)) as sales_share,
    cast(contribution_base as decimal(18, 4)) as contribution_base,
    case
        when is_x_high and is_y_high then 'star'
        when is_x_high and not is_y_high then 'cash_cow'
        when not is_x_high and is_y_high then 'question_mark'
        when not is_x_high and not is_y_high then 'dog'
    end as quadrant
from pairs
