{#- Calling code of the country a row names, else of the country its source's time zone lies in; var dialling_codes. -#}
{% macro dialling_code(zone, country=none) -%}
    {%- set places, zones = [], [] -%}
    {%- for place, code in var('dialling_codes').items() -%}
        {%- do (zones if '/' in place else places).append("when '" ~ place ~ "' then '" ~ code ~ "'") -%}
    {%- endfor -%}
    {%- set by_zone = 'case ' ~ zone ~ ' ' ~ zones | join(' ') ~ ' end' -%}
    {%- if country -%} coalesce(case upper(trim({{ country }})) {{ places | join(' ') }} end, {{ by_zone }}) {%- else -%} {{ by_zone }} {%- endif -%}
{%- endmacro %}
