{% macro digits(text) -%}
    {{ return(adapter.dispatch('digits', 'acrm')(text)) }}
{%- endmacro %}

{% macro default__digits(text) -%}
    regexp_replace({{ text }}, '[^0-9]', '', 'g')
{%- endmacro %}

{% macro spark__digits(text) -%}
    regexp_replace({{ text }}, '[^0-9]', '')
{%- endmacro %}
