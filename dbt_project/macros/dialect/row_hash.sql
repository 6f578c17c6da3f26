{#- 64 bits over several columns, for finding keys that occur twice. Engines differ in the value, so it never orders or names rows. -#}
{% macro row_hash(columns) -%}
    {{ return(adapter.dispatch('row_hash', 'acrm')(columns)) }}
{%- endmacro %}

{% macro duckdb__row_hash(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}

{% macro postgres__row_hash(columns) -%}
    hashtextextended(concat_ws('|', {{ columns | join(', ') }}), 0)
{%- endmacro %}

{% macro spark__row_hash(columns) -%}
    xxhash64({{ columns | join(', ') }})
{%- endmacro %}
