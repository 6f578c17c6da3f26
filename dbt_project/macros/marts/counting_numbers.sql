{#- A query of the whole numbers from 0 to 10^digits - 1 in a column `number`. -#}
{% macro counting_numbers(digits) -%}
    select
        {%- for place in range(digits) %}
        {{ 10 ** place }} * d{{ place }}.digit{{ ' +' if not loop.last }}
        {%- endfor %} as number
    from
        {%- for place in range(digits) %}
        {{ 'cross join ' if not loop.first }}(
            {%- for digit in range(10) %}select {{ digit }} as digit{{ ' union all ' if not loop.last }}{% endfor -%}
        ) as d{{ place }}
        {%- endfor %}
{%- endmacro %}
