{# Key of a source's thing in core: namespaced by its system, NULL where the source names none. #}
{% macro member_key(alias, ref_column) -%}
    {{ alias }}.system || ':' || {{ alias }}.{{ ref_column }}
{%- endmacro %}
