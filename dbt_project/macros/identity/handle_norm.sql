{#- A handle in lower case without the @. One of fewer than three letters or five characters is a number of its platform, or
    anybody's: NULL. -#}
{% macro handle_norm(handle) -%}
    {%- set plain = "replace(lower(trim(" ~ handle ~ ")), '@', '')" -%}
    case
        when length({{ plain }}) >= 5 and length(translate({{ plain }}, 'abcdefghijklmnopqrstuvwxyz', '')) <= length({{ plain }}) - 3
            then {{ plain }}
    end
{%- endmacro %}
