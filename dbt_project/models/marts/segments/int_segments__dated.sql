{{ config(materialized='view', schema='intermediate', access='protected') }}

-- Amounts are summed up to each period's end and the facts of a rule made of them, as segment_facts makes them for as_of.
with

periods as (

    select
        customer_id,
        seen_on,
        {% for amount in segment_amounts() -%}
        sum({{ amount }}) as {{ amount }},
        {% endfor -%}
        max(visited_on) as visited_on
    from {{ ref('int_segments__changes') }}
    group by customer_id, seen_on

),

running as (

    select
        customer_id,
        seen_on as since_on,
        lead(seen_on) over (partition by customer_id order by seen_on) as until_on,
        {% for amount in segment_amounts() -%}
        sum({{ amount }}) over customer as {{ amount }},
        {% endfor -%}
        max(visited_on) over customer as visited_on
    from periods
    window customer as (
        partition by customer_id order by seen_on rows between unbounded preceding and current row
    )

),

calendar as (

    select max(date_on) as seen_on
    from {{ ref('dim_dates') }}
    group by {{ segment_period_end('date_on') }}
    having max(date_on) = {{ segment_period_end('max(date_on)') }}

),

states as (

    select
        calendar.seen_on,
        running.*,
        running.sales_base - running.returns_base as net_base,
        cast(running.interval_sum as double) / nullif(running.interval_count, 0) as interval_mean
    from running
    inner join calendar
        on
            running.since_on <= calendar.seen_on
            and coalesce(running.until_on, cast('9999-12-31' as date)) > calendar.seen_on

)

select
    states.customer_id,
    states.seen_on,
    {%- for attribute in segment_attributes() | reject('equalto', 'age_years') %}
    {{ 'preferences' if attribute in ['interests', 'purchase_motive'] else 'customers' }}.{{ attribute }},
    {%- endfor %}
    {{ age_in_years('customers.birth_date', 'states.seen_on') }} as age_years,
    cast(states.order_count as bigint) as order_count,
    cast(states.order_count_12m as bigint) as order_count_12m,
    cast(states.net_base as decimal(18, 4)) as net_base,
    cast(states.sales_base_12m as decimal(18, 4)) as sales_base_12m,
    cast(states.sales_base / nullif(states.order_count, 0) as decimal(18, 4)) as average_order_base,
    rfm.r_days,
    rfm.rfm_segment,
    case
        when states.order_count > 0
            then percent_rank() over (partition by states.seen_on, states.order_count > 0 order by states.net_base)
    end as net_rank,
    cast(states.returns_base as double) / nullif(cast(states.sales_base as double), 0) as return_share,
    cast(states.discounted_count as double) / nullif(states.order_count, 0) as discounted_share,
    cast(states.online_count as double) / nullif(states.order_count, 0) as online_share,
    cast(states.weekend_count as double) / nullif(states.order_count, 0) as weekend_share,
    case when states.line_count > 0 then cast(states.category_count as bigint) end as category_count,
    cast(states.new_line_count as double) / nullif(states.line_count, 0) as new_product_share,
    case
        when states.line_count > 0
            then coalesce(
                states.interval_count >= {{ var('cycle_min_intervals') }}
                and sqrt(
                    greatest(0, states.interval_squares - states.interval_sum * states.interval_mean)
                    / nullif(states.interval_count - 1, 0)
                ) / nullif(states.interval_mean, 0) <= {{ var('cycle_max_variation') }},
                false
            )
    end as is_regular_buyer,
    lifecycle.stage_by_transaction as lifecycle_stage,
    cast(states.session_count as bigint) as session_count,
    cast(states.product_view_count as bigint) as product_view_count,
    cast(states.buying_session_count as bigint) as buying_session_count,
    cast({{ date_diff_days('states.visited_on', 'states.seen_on') }} as integer) as visit_days,
    cast(states.engagement_count as bigint) as engagement_count,
    cast(states.ticket_count as bigint) as ticket_count,
    cast(states.complaint_count as bigint) as complaint_count,
    cast(states.campaign_contact_count as bigint) as campaign_contact_count,
    cast(states.campaign_response_count as bigint) as campaign_response_count
from states
inner join {{ ref('dim_customers') }} as customers on states.customer_id = customers.customer_id
left join {{ ref('int_customers__preferences') }} as preferences on states.customer_id = preferences.customer_id
left join {{ ref('int_rfm__monthly') }} as rfm
    on
        states.customer_id = rfm.customer_id
        and states.seen_on = rfm.month_end_on
        and rfm.rfm_segment <> 'outside_window'
left join {{ ref('customer_lifecycle') }} as lifecycle
    on
        states.customer_id = lifecycle.customer_id
        and states.seen_on >= lifecycle.valid_from
        and states.seen_on < coalesce(lifecycle.valid_to, cast('9999-12-31' as date))
