{% macro correlation(one_count, other_count, both_count, all_count) -%}
    {%- set one, other, both, all = 'cast(' ~ one_count ~ ' as double)', other_count, both_count, all_count -%}
    ({{ all }} * cast({{ both }} as double) - {{ one }} * {{ other }})
    / nullif(sqrt({{ one }} * {{ other }} * ({{ all }} - {{ one }}) * ({{ all }} - {{ other }})), 0)
{%- endmacro %}
