{#- Every correction names a column that staging corrects: some model calls corrected('<stream>', '<column>', ...). -#}
{% test corrected_columns_exist(model) %}
    {%- set known = [] -%}
    {%- for node in (graph.nodes if execute else {}).values() if node.resource_type == 'model' and node.package_name == 'acrm' -%}
        {%- for found in modules.re.findall("corrected\('(\w+)', '(\w+)'", node.raw_code) -%}
            {%- do known.append("'" ~ found | join('.') ~ "'") -%}
        {%- endfor -%}
    {%- endfor %}
    select * from {{ model }}
    where stream || '.' || column_name not in ({{ known | join(', ') or "''" }})
{% endtest %}
