{# A text of the seed insight_rules with its placeholders replaced: {name} by the column text_<name>, {subject} by `subject`. #}
{% macro insight_text(template, subject) -%}
    {%- set ns = namespace(text="replace(" ~ template ~ ", '{subject}', " ~ subject ~ ")") -%}
    {%- for name in ['hits', 'base', 'count', 'detail', 'observed', 'expected', 'low', 'high'] -%}
        {%- set ns.text = "replace(" ~ ns.text ~ ", '{" ~ name ~ "}', text_" ~ name ~ ")" -%}
    {%- endfor -%}
    {{ ns.text }}
{%- endmacro %}

{# A share as text in percent with one decimal; empty without one. #}
{% macro percent_text(share) -%}
    coalesce(cast(cast(100 * {{ share }} as decimal(18, 1)) as varchar) || '%', '')
{%- endmacro %}
