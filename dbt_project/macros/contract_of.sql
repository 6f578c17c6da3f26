{#- What sources.yml says of a raw table: natural key, columns in order, and which of them the source itself gave. Empty while parsing. -#}
{% macro contract_of(stream) -%}
    {%- set lineage = ['_system', '_delivery_id', '_record_no', '_version_at', '_loaded_at', '_zone'] -%}
    {%- set found = namespace(key=[], columns=[]) -%}
    {%- for table in (graph.sources if execute else {}).values() if table.source_name == 'raw' and table.name == stream -%}
        {%- set found.key = ['_system'] + table.config.meta.natural_key -%}
        {%- set found.columns = table.columns.values() | map(attribute='name') | list -%}
    {%- endfor -%}
    {%- set payload = found.columns | reject('in', lineage) | list -%}
    {{ return({'key': found.key, 'columns': found.columns, 'payload': payload}) }}
{%- endmacro %}
