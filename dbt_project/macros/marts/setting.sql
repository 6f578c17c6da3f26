{#- A project variable that takes one of a few words; anything else stops the build and says which words there are. -#}
{% macro setting(name, allowed) -%}
    {%- set value = var(name) | string -%}
    {%- if execute and value not in allowed -%}
        {{ exceptions.raise_compiler_error(
            "var '" ~ name ~ "' is " ~ value ~ "; choose one of " ~ allowed | join(', ') ~ "."
        ) }}
    {%- endif -%}
    '{{ value }}'
{%- endmacro %}
