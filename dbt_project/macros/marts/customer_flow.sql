{#-
    CTEs ending in `counted` (item_no, quarter_on, active, new, kept, regained and lost counts) of a relation with item_no,
    customer_no and bought_on. Active in a quarter is who bought in it: every active customer is new, kept or regained, every active
    one of the quarter before is kept or lost.
-#}
{% macro customer_flow(purchases) -%}
active as (

    select distinct
        item_no,
        customer_no,
        cast(date_trunc('quarter', bought_on) as date) as quarter_on
    from {{ purchases }}

),

placed as (

    select
        *,
        cast({{ dbt.dateadd('month', 3, 'quarter_on') }} as date) as following_on,
        lag(quarter_on) over (partition by item_no, customer_no order by quarter_on) as previous_on,
        lead(quarter_on) over (partition by item_no, customer_no order by quarter_on) as next_on
    from active

),

moves as (

    select
        item_no,
        quarter_on,
        case
            when previous_on is null then 'new'
            when cast({{ dbt.dateadd('month', 3, 'previous_on') }} as date) = quarter_on then 'kept'
            else 'regained'
        end as move
    from placed

    union all

    select
        item_no,
        following_on as quarter_on,
        'lost' as move
    from placed
    where next_on is null or next_on > following_on

),

counted as (

    select
        item_no,
        quarter_on,
        count(*) filter (where move <> 'lost') as active_count,
        count(*) filter (where move = 'new') as new_count,
        count(*) filter (where move = 'kept') as kept_count,
        count(*) filter (where move = 'regained') as regained_count,
        count(*) filter (where move = 'lost') as lost_count
    from moves
    group by item_no, quarter_on

)
{%- endmacro %}

{# The columns of `counted` as both tables of customers won and lost show them. #}
{% macro customer_flow_columns() -%}
    counted.quarter_on,
    cast({{ dbt.dateadd('month', 3, 'counted.quarter_on') }} as date) <= cast({{ dbt.dateadd('day', 1, as_of()) }} as date)
        as is_complete,
    counted.active_count,
    counted.new_count,
    counted.kept_count,
    counted.regained_count,
    counted.lost_count,
    cast(counted.kept_count as double) / nullif(counted.kept_count + counted.lost_count, 0) as retention_rate
{%- endmacro %}
