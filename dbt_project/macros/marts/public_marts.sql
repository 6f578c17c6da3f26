{# Every public mart of the project with its folder, as the project knows it: a select of (mart, area). #}
{% macro public_marts() -%}
    {%- set found = [] -%}
    {%- for node in (graph.nodes.values() if execute else []) | selectattr('resource_type', 'equalto', 'model') | sort(attribute='name') -%}
        {%- if node.access == 'public' and node.package_name == 'acrm' -%}
            {%- set area = node.fqn[2] if node.fqn | length > 3 else 'base' -%}
            {%- do found.append("select '" ~ node.name ~ "' as mart, '" ~ area ~ "' as area") -%}
        {%- endif -%}
    {%- endfor -%}
    {{ found | join('\n    union all\n    ') or "select cast(null as varchar) as mart, cast(null as varchar) as area where false" }}
{%- endmacro %}
