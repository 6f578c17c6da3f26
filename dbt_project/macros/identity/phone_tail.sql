{#- The last nine characters of a number: the same with and without its country, and with the national 0. -#}
{% macro phone_tail(phone) -%}
    substr({{ phone }}, greatest(length({{ phone }}) - 8, 1))
{%- endmacro %}
