{#- A stream's key within the warehouse, its raw columns in order, and which of these the source itself gave. -#}
{% macro contract_of(stream) -%}
    {%- set given = contract()[stream] -%}
    {%- set payload = given['columns'] + ['_extra'] -%}
    {{ return({
        'key': ['_system'] + given['key'],
        'columns': payload + ['_system', '_delivery_id', '_record_no', '_version_at', '_zone'],
        'payload': payload,
    }) }}
{%- endmacro %}
