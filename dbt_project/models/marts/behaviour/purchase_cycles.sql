-- A customer's own rhythm counts from the given number of intervals on; before that the typical one of the category stands in.
with

summed as (

    select
        customer_no,
        item_no,
        count(*) as purchase_day_count,
        min(bought_on) as first_on,
        max(bought_on) as last_on,
        count(interval_days) as interval_count,
        cast(median(interval_days) as double) as median_interval_days,
        sum(cast(interval_days as bigint)) as days_sum,
        sum(cast(interval_days as bigint) * interval_days) as squares_sum
    from {{ ref('int_purchase_days') }}
    group by customer_no, item_no

),

named as (

    select
        summed.*,
        buyers.customer_id,
        case when summed.item_no = 0 then 'all' else 'category' end as scope,
        coalesce(items.item_name, '') as category_name,
        cast(summed.days_sum as double) / nullif(summed.interval_count, 0) as mean_interval_days
    from summed
    inner join {{ ref('int_buyers') }} as buyers on summed.customer_no = buyers.customer_no
    left join {{ ref('int_items') }} as items on summed.item_no = items.item_no

),

measured as (

    select
        named.*,
        sqrt(greatest(0, named.squares_sum - named.days_sum * named.mean_interval_days) / nullif(named.interval_count - 1, 0))
        / nullif(named.mean_interval_days, 0) as interval_variation,
        case
            when named.interval_count >= {{ var('cycle_min_intervals') }} then 'own'
            when typical.median_interval_days is not null then 'category'
            else 'none'
        end as cycle_basis,
        case
            when named.interval_count >= {{ var('cycle_min_intervals') }} then named.median_interval_days
            else typical.median_interval_days
        end as cycle_days
    from named
    left join {{ ref('category_cycles') }} as typical
        on named.scope = typical.scope and named.category_name = typical.category_name

),

expected as (

    select
        *,
        cast({{ dbt.dateadd('day', 'cast(ceil(cycle_days) as integer)', 'last_on') }} as date) as expected_next_on
    from measured

),

dated as (

    select
        *,
        cast({{ date_diff_days('expected_next_on', as_of()) }} as integer) as days_late
    from expected

)

select
    customer_id,
    scope,
    category_name,
    purchase_day_count,
    first_on,
    last_on,
    interval_count,
    mean_interval_days,
    median_interval_days,
    interval_variation,
    coalesce(
        interval_count >= {{ var('cycle_min_intervals') }} and interval_variation <= {{ var('cycle_max_variation') }}, false
    ) as is_regular,
    cycle_basis,
    cycle_days,
    expected_next_on,
    days_late,
    case
        when expected_next_on is null then 'unknown'
        when days_late < -{{ var('cycle_remind_days') }} then 'waiting'
        when days_late <= {{ var('cycle_remind_days') }} then 'due'
        when days_late <= {{ var('cycle_lapsed_after') }} * cycle_days then 'late'
        else 'lapsed'
    end as cycle_state
from dated
