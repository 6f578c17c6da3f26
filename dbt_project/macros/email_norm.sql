{% macro email_norm(email) -%}
    {%- set text = text_norm(email) -%}
    case
        when {{ text }} like '%_@_%._%' and {{ text }} not like '% %' and {{ text }} not like '%@%@%'
            then {{ text }}
    end
{%- endmacro %}
