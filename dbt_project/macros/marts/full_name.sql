{# One string of a name given in parts: Chinese names family first and without blank, others given name first. #}
{% macro full_name(given, family) -%}
    nullif(trim(case
        when regexp_matches({{ family }}, '[一-龥]') then {{ family }} || coalesce({{ given }}, '')
        else coalesce({{ given }} || ' ', '') || coalesce({{ family }}, '')
    end), '')
{%- endmacro %}
