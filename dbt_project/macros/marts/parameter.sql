{# A number of a seed of parameters (parameter, value) as a scalar. #}
{% macro parameter(seed, name) -%}
    (select max(value) from {{ ref(seed) }} where parameter = '{{ name }}')
{%- endmacro %}
