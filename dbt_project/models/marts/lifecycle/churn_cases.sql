-- Every loss is a case; of a person who was never lost, the last purchase that another one followed is the comparison.
with

losses as (

    select
        customer_id,
        valid_from as lost_on,
        is_current as is_lost_now
    from {{ ref('customer_lifecycle') }} where state = 'lost'

),

days as (

    select * from {{ ref('int_customers__purchase_days') }}

),

cases as (

    select
        losses.customer_id,
        max(days.purchased_on) as last_purchase_on,
        losses.lost_on,
        true as is_lost,
        losses.is_lost_now
    from losses
    inner join days on losses.customer_id = days.customer_id and losses.lost_on > days.purchased_on
    group by losses.customer_id, losses.lost_on, losses.is_lost_now
    union all
    select
        days.customer_id,
        max(days.purchased_on) as last_purchase_on,
        null as lost_on,
        false as is_lost,
        false as is_lost_now
    from days
    left join losses on days.customer_id = losses.customer_id
    where days.next_on is not null and losses.customer_id is null
    group by days.customer_id

)

select
    cases.customer_id,
    cases.last_purchase_on,
    cases.lost_on,
    cases.is_lost,
    cases.is_lost_now,
    count(*) as purchase_day_count,
    cast(
        coalesce(sum(case
            when {{ date_diff_days('days.purchased_on', 'cases.last_purchase_on') }} < 365 then days.sales_base
        end), 0) as decimal(18, 4)
    ) as sales_12m_base
from cases
inner join days on cases.customer_id = days.customer_id and cases.last_purchase_on >= days.purchased_on
group by cases.customer_id, cases.last_purchase_on, cases.lost_on, cases.is_lost, cases.is_lost_now
