-- Customers of one category, and what the same customers spend in another; each pair stands in both directions.
with

bought as (

    select
        purchases.customer_no,
        items.item_name as category_name,
        sum(purchases.sales_base) as sales_base
    from {{ ref('int_purchases') }} as purchases
    inner join {{ ref('int_items') }} as items on purchases.category_no = items.item_no
    where purchases.customer_no is not null
    group by purchases.customer_no, items.item_name

),

everybody as (

    select count(distinct customer_no) as all_count from bought

),

totals as (

    select
        bought.category_name,
        everybody.all_count,
        count(*) as customer_count,
        sum(bought.sales_base) as sales_base
    from bought
    cross join everybody
    group by bought.category_name, everybody.all_count

),

pairs as (

    select
        one.category_name,
        other.category_name as other_category_name,
        count(*) as both_count,
        sum(one.sales_base) as sales_of_both_base,
        sum(other.sales_base) as other_sales_of_both_base
    from bought as one
    inner join bought as other on one.customer_no = other.customer_no
    where one.category_name <> other.category_name
    group by one.category_name, other.category_name

)

select
    one.category_name,
    other.category_name as other_category_name,
    one.customer_count,
    other.customer_count as other_customer_count,
    coalesce(pairs.both_count, 0) as both_count,
    cast(coalesce(pairs.both_count, 0) as double) / one.customer_count as cross_rate,
    cast(coalesce(pairs.both_count, 0) as double) * one.all_count / (cast(one.customer_count as double) * other.customer_count) as lift,
    {{ correlation('one.customer_count', 'other.customer_count', 'coalesce(pairs.both_count, 0)', 'one.all_count') }} as correlation,
    cast(coalesce(pairs.sales_of_both_base, 0) as decimal(18, 4)) as sales_of_both_base,
    cast(coalesce(pairs.other_sales_of_both_base, 0) as decimal(18, 4)) as other_sales_of_both_base,
    cast(coalesce(pairs.other_sales_of_both_base, 0) as double) / nullif(cast(other.sales_base as double), 0) as share_of_other_sales,
    cast(pairs.other_sales_of_both_base / nullif(pairs.both_count, 0) as decimal(18, 4)) as other_sales_per_customer_base
from totals as one
inner join totals as other on one.category_name <> other.category_name
left join pairs on one.category_name = pairs.category_name and other.category_name = pairs.other_category_name
