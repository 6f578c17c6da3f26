-- A month that is not over yet is shown and marked: its retention still grows. Months in which nobody came back have a row, too.
with

customers as (

    select * from {{ ref('int_cohorts__customers') }}

),

moves as (

    select
        customer_id, cast(date_trunc('month', ordered_on) as date) as month_on,
        case when positive_line_count > 0 and not is_cancelled then 1 else 0 end as purchase_count, sales_base as net_base
    from {{ ref('fct_orders') }}
    where customer_id is not null
    union all
    select customer_id, cast(date_trunc('month', returned_on) as date), 0, -deducted_base
    from {{ ref('fct_returns') }}
    where customer_id is not null

),

monthly as (

    select
        customer_id,
        month_on,
        sum(purchase_count) as purchase_count,
        sum(net_base) as net_base
    from moves
    group by customer_id, month_on

),

active as (

    select
        customers.cohort_month_on,
        customers.channel_group,
        customers.first_category,
        greatest(monthly.month_on, customers.cohort_month_on) as month_on,
        count(*) filter (where monthly.purchase_count > 0) as active_count,
        sum(monthly.purchase_count) as purchase_count,
        sum(monthly.net_base) as net_base
    from customers
    inner join monthly on customers.customer_id = monthly.customer_id
    group by
        customers.cohort_month_on, customers.channel_group, customers.first_category,
        greatest(monthly.month_on, customers.cohort_month_on)

),

cohorts as (

    select
        cohort_month_on,
        channel_group,
        first_category,
        count(*) as cohort_size
    from customers
    group by cohort_month_on, channel_group, first_category

),

months as (

    select
        month_on,
        max(date_on) as last_on
    from {{ ref('dim_dates') }}
    group by month_on

)

select
    cohorts.cohort_month_on,
    cohorts.channel_group,
    cohorts.first_category,
    cast(
        12 * (extract(year from months.month_on) - extract(year from cohorts.cohort_month_on))
        + extract(month from months.month_on) - extract(month from cohorts.cohort_month_on) as integer
    ) as month_no,
    months.month_on,
    months.last_on = cast(months.month_on + interval '1 month' - interval '1 day' as date) as is_complete,
    cohorts.cohort_size,
    coalesce(active.active_count, 0) as active_count,
    cast(1.0 * coalesce(active.active_count, 0) / nullif(cohorts.cohort_size, 0) as decimal(9, 6)) as retention_rate,
    cast(coalesce(active.purchase_count, 0) as bigint) as purchase_count,
    cast(coalesce(active.net_base, 0) as decimal(18, 4)) as net_base,
    cast(sum(coalesce(active.net_base, 0)) over (
        partition by cohorts.cohort_month_on, cohorts.channel_group, cohorts.first_category order by months.month_on
    ) / nullif(cohorts.cohort_size, 0) as decimal(18, 4)) as cumulative_net_per_customer_base
from cohorts
inner join months on cohorts.cohort_month_on <= months.month_on
left join active
    on
        cohorts.cohort_month_on = active.cohort_month_on
        and cohorts.channel_group = active.channel_group
        and cohorts.first_category = active.first_category
        and months.month_on = active.month_on
