{#- A select of one row: the seed value_parameters with a column per name asked for. -#}
{% macro value_parameters(names) -%}
    select
        {%- for name in names %}
        cast(max(case when name = '{{ name }}' then value end) as decimal(18, 6)) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('value_parameters') }}
{%- endmacro %}
