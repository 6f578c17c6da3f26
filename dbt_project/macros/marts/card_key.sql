{# A loyalty card as it is compared: upper case, without blanks and dashes; nothing left means no card. #}
{% macro card_key(column) -%}
    nullif(upper(replace(replace(trim({{ column }}), ' ', ''), '-', '')), '')
{%- endmacro %}
