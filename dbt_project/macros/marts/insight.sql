{# A number of a rule of the seed insight_rules as a scalar. #}
{% macro insight(rule, column) -%}
    (select max({{ column }}) from {{ ref('insight_rules') }} where rule = '{{ rule }}')
{%- endmacro %}
