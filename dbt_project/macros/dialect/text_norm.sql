{#- One normaliser for keys: NFKC (by parts where the engine lacks it), one blank for white space, trimmed, lower case; empty is NULL. -#}
{% macro text_norm(text) -%}
    {{ return(adapter.dispatch('text_norm', 'acrm')(text)) }}
{%- endmacro %}

{% macro duckdb__text_norm(text) -%}
    nullif(lower(trim(regexp_replace({{ ascii_width('nfc_normalize(' ~ text ~ ')') }}, '\s+', ' ', 'g'))), '')
{%- endmacro %}

{% macro postgres__text_norm(text) -%}
    nullif(lower(trim(regexp_replace(normalize({{ text }}, nfkc), '\s+', ' ', 'g'))), '')
{%- endmacro %}

{% macro spark__text_norm(text) -%}
    nullif(lower(trim(regexp_replace({{ ascii_width(text) }}, '\\s+', ' '))), '')
{%- endmacro %}
