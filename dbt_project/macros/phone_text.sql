{#- A phone number before its digits are read: ASCII, without extension and without the "(0)" of +44 (0)20. -#}
{% macro phone_text(phone) -%}
    replace(regexp_replace(lower(trim({{ ascii_width(phone) }})), '(ext|x|#).*$', ''), '(0)', '')
{%- endmacro %}
