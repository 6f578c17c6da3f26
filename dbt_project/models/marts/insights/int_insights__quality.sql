-- What the data withholds: orders of nobody known, orders without a rate, rows that contradict each other, stages that no funnel knows.
with

coverage as (

    select
        system,
        channel,
        sum(order_count) as order_count,
        sum(unlinked_order_count) as unlinked_count,
        sum(unlinked_sales_base) as unlinked_base
    from {{ ref('order_coverage') }}
    where {{ date_diff_days('month_on', as_of()) }} <= {{ insight('unlinked_orders', 'window_days') }}
    group by system, channel

),

unlinked as (

    select
        *,
        1.0 * unlinked_count / nullif(order_count, 0) as unlinked_share,
        {{ insight('unlinked_orders', 'threshold') }} as normal_share
    from coverage

),

rates as (

    select
        system,
        sum(order_count) as order_count,
        sum(unconvertible_order_count) as unconvertible_count,
        sum(sales_base) / nullif(sum(order_count - cancelled_order_count - unconvertible_order_count), 0) as mean_base
    from {{ ref('daily_sales') }}
    group by system

),

deals as (

    select
        system,
        count(distinct subject_id) as deal_count
    from {{ ref('stage_events') }}
    where subject_kind = 'deal'
    group by system

),

unknown_stages as (

    select
        events.system,
        events.stage,
        deals.deal_count,
        count(distinct events.subject_id) as hit_count
    from {{ ref('stage_events') }} as events
    inner join deals on events.system = deals.system
    where events.subject_kind = 'deal' and events.outcome = 'open' and events.sales_stage_no is null
    group by events.system, events.stage, deals.deal_count

)

select
    'unlinked_orders' as rule,
    system || ':' || coalesce(channel, 'none') as subject,
    system || ' · ' || coalesce(channel, 'no channel') as subject_en,
    system || ' · ' || coalesce(channel, '无渠道') as subject_zh,
    cast(unlinked_count as bigint) as hit_count,
    cast(order_count as bigint) as base_count,
    cast(unlinked_count as bigint) as item_count,
    cast(null as varchar) as detail,
    cast(unlinked_share as double) as observed_share,
    cast(normal_share as double) as expected_share,
    cast(
        unlinked_base * (1 - normal_share / nullif(unlinked_share, 0)) * {{ insight('unlinked_orders', 'money_share') }} as decimal(18, 2)
    ) as size_base
from unlinked
union all
select
    'unconvertible_orders', system as subject, system as subject_en, system as subject_zh, cast(unconvertible_count as bigint),
    cast(order_count as bigint),
    cast(unconvertible_count as bigint), null, cast(1.0 * unconvertible_count / nullif(order_count, 0) as double),
    cast({{ insight('unconvertible_orders', 'threshold') }} as double),
    cast(unconvertible_count * mean_base as decimal(18, 2))
from rates
where unconvertible_count > 0
union all
select
    'conflicting_rows', stream || ':' || system, system || ' · ' || stream, system || ' · ' || stream, cast(conflicting_rows as bigint),
    cast(raw_rows as bigint), cast(conflicting_rows as bigint), null, cast(1.0 * conflicting_rows / nullif(raw_rows, 0) as double),
    cast({{ insight('conflicting_rows', 'threshold') }} as double), null
from {{ ref('row_accounting') }}
union all
select
    'unknown_stages', system || ':' || stage, system || ' · ' || stage, system || ' · ' || stage, cast(hit_count as bigint),
    cast(deal_count as bigint), cast(hit_count as bigint), null, cast(1.0 * hit_count / deal_count as double),
    cast({{ insight('unknown_stages', 'threshold') }} as double), null
from unknown_stages
