-- Every product is compared with the others under the same conditions: returns with its category, buyers with all products.
{%- set return_days = insight('product_returns', 'window_days') %}
{%- set buyer_days = insight('product_losing_customers', 'window_days') %}
with

bought as (

    select
        lines.product_id,
        lines.order_id,
        max(orders.customer_id) as customer_id,
        {{ date_diff_days('max(lines.ordered_on)', as_of()) }} as days_ago,
        sum(lines.line_amount_base) as sales_base
    from {{ ref('fct_order_lines') }} as lines
    inner join {{ ref('fct_orders') }} as orders on lines.order_id = orders.order_id
    where not orders.is_cancelled and lines.quantity > 0 and lines.product_id is not null
    group by lines.product_id, lines.order_id

),

brought_back as (

    select
        product_id,
        order_id,
        sum(amount_base) as returns_base
    from {{ ref('fct_returns') }}
    where product_id is not null and order_id is not null
    group by product_id, order_id

),

returned as (

    select
        bought.product_id,
        max(products.category_name) as category_name,
        count(*) as order_count,
        count(brought_back.order_id) as returned_count,
        sum(brought_back.returns_base) as returns_base
    from bought
    inner join {{ ref('dim_products') }} as products on bought.product_id = products.product_id
    left join brought_back on bought.product_id = brought_back.product_id and bought.order_id = brought_back.order_id
    where bought.days_ago < {{ return_days }}
    group by bought.product_id

),

return_rates as (

    select
        *,
        1.0 * returned_count / order_count as return_share,
        1.0 * (sum(returned_count) over (partition by category_name) - returned_count)
        / nullif(sum(order_count) over (partition by category_name) - order_count, 0) as other_return_share
    from returned

),

buyers as (

    select
        bought.product_id,
        count(distinct case when bought.days_ago < {{ buyer_days }} then bought.customer_id end) as now_count,
        count(distinct case when bought.days_ago >= 365 then bought.customer_id end) as then_count,
        coalesce(sum(case when bought.days_ago < {{ buyer_days }} then bought.sales_base end), 0) as now_base,
        coalesce(sum(case when bought.days_ago >= 365 then bought.sales_base end), 0) as then_base
    from bought
    where bought.days_ago < {{ buyer_days }} or bought.days_ago between 365 and 364 + {{ buyer_days }}
    group by bought.product_id

),

-- Of both half-years' buyers, the share of now; and what the product would sell had it moved as all products together.
shares as (

    select
        *,
        1.0 * now_count / nullif(now_count + then_count, 0) as now_share,
        1.0 * sum(now_count) over () / nullif(sum(now_count + then_count) over (), 0) as all_share,
        then_base * sum(now_base) over () / nullif(sum(then_base) over (), 0) as due_base
    from buyers
    -- A half-year that began before the data did is no year before.
    where (select {{ date_diff_days('min(ordered_on)', as_of()) }} from {{ ref('fct_orders') }}) >= 364 + {{ buyer_days }}

),

found as (

    select
        'product_returns' as rule, product_id, returned_count as hit_count, order_count as base_count, null as detail,
        return_share as observed_share, other_return_share as expected_share,
        returns_base * (1 - other_return_share / nullif(return_share, 0)) as size_base
    from return_rates
    union all
    select
        'product_losing_customers', product_id, now_count, now_count + then_count, cast(then_count as varchar), now_share, all_share,
        due_base - now_base
    from shares where due_base > now_base
    union all
    select
        'product_gaining_customers', product_id, now_count, now_count + then_count, cast(then_count as varchar), now_share, all_share,
        now_base - due_base
    from shares where then_count > 0 and now_base > due_base

)

select
    found.rule, found.product_id as subject, coalesce(products.product_name, found.product_id) as subject_en,
    coalesce(products.product_name, found.product_id) as subject_zh, cast(found.hit_count as bigint) as hit_count,
    cast(found.base_count as bigint) as base_count, cast(null as bigint) as item_count, cast(found.detail as varchar) as detail,
    cast(found.observed_share as double) as observed_share, cast(found.expected_share as double) as expected_share,
    cast(found.size_base as decimal(18, 2)) as size_base
from found
left join {{ ref('dim_products') }} as products on found.product_id = products.product_id
