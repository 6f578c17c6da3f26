{#- Days that RFM looks back, as SQL; null when it looks at all time. -#}
{% macro rfm_window_days() -%}
    {%- set days = var('rfm_window_days', none) -%}
    {%- if execute and days is not none and (days is not number or days <= 0) -%}
        {{ exceptions.raise_compiler_error("var 'rfm_window_days' is " ~ days ~ "; give a number of days above 0, or null for all time.") }}
    {%- endif -%}
    cast({{ 'null' if days is none else days }} as integer)
{%- endmacro %}
