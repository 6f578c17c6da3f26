{#- Aggregates of a relation by month, one row per measure: {measure: aggregate}. With `channel` also by that column. -#}
{% macro metric_sums(relation, day, aggregates, condition="true", channel=none) %}
{%- set month_on = "cast(date_trunc('month', " ~ day ~ ") as date)" %}
{%- for measure, aggregate in aggregates.items() %}
    {%- for group in (["'all'", channel] if channel else ["'all'"]) %}
    select
        '{{ measure }}' as measure,
        {{ month_on }} as month_on,
        {{ group }} as channel_group,
        cast({{ aggregate }} as decimal(24, 4)) as amount
    from {{ relation }}
    where {{ condition }}
    group by {{ month_on }}{{ ", " ~ channel if group == channel }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- if not loop.last %}
    union all
    {%- endif %}
{%- endfor %}
{% endmacro %}
