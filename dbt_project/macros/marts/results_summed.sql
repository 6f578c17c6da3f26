{# Sums over int_employees__results, the same for employees and departments. #}
{% macro results_summed(alias) -%}
    count(distinct {{ alias }}.customer_id) as customer_count,
    cast(sum({{ alias }}.order_count) as bigint) as order_count,
    cast(sum(case when {{ alias }}.order_count = 1 and {{ alias }}.customer_id is null then 1 else 0 end) as bigint)
        as unlinked_order_count,
    cast(sum({{ alias }}.sales_base) as decimal(18, 4)) as sales_base,
    cast(sum({{ alias }}.opened_deal_count) as bigint) as opened_deal_count,
    cast(sum({{ alias }}.won_deal_count) as bigint) as won_deal_count,
    cast(sum({{ alias }}.lost_deal_count) as bigint) as lost_deal_count,
    cast(1.0 * sum({{ alias }}.won_deal_count) / nullif(sum({{ alias }}.won_deal_count + {{ alias }}.lost_deal_count), 0) as decimal(9, 6))
        as win_rate,
    cast(sum({{ alias }}.won_amount_base) as decimal(18, 4)) as won_amount_base,
    cast(sum({{ alias }}.ticket_count) as bigint) as ticket_count
{%- endmacro %}

{# Every result twice: in its month and in the whole time. #}
{% macro results_by_period(relation) -%}
    select
        *,
        'month' as period_kind,
        cast(date_trunc('month', counted_on) as date) as period_on
    from {{ relation }}
    union all
    select
        *,
        'all' as period_kind,
        null as period_on
    from {{ relation }}
{%- endmacro %}

{# The department paths from the root down to each department of a path, one select per level. #}
{% macro department_levels(relation, path, levels=8) -%}
    {%- for level in range(1, levels + 1) %}
    {%- set parts = [] -%}
    {%- for part in range(1, level + 1) %}{% do parts.append("split_part(" ~ path ~ ", ' > ', " ~ part ~ ")") %}{% endfor %}
    select employee_id, {{ parts | join(" || ' > ' || ") }} as department_path, {{ level }} as level_no
    from {{ relation }}
    where {{ parts[-1] }} <> ''
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
