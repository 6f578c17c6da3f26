{% macro as_of() -%}
    {%- set day = var('as_of', none) | string -%}
    {%- if execute and not modules.re.fullmatch('\\d{4}-\\d{2}-\\d{2}', day) -%}
        {{ exceptions.raise_compiler_error(
            "var 'as_of' is " ~ day ~ ", not an ISO date. Pass the last day that counts, "
            "for example --vars '{as_of: 2011-12-09}'; `acrm run` derives it from the data."
        ) }}
    {%- endif -%}
    cast('{{ day }}' as date)
{%- endmacro %}
