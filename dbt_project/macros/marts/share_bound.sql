{# Bound of the Wilson score interval of `hits` of `n`, z standard errors wide; `side` is '-' or '+'. NULL without cases. #}
{% macro share_bound(hits, n, z, side) -%}
    ({{ hits }} + {{ z }} * {{ z }} / 2 {{ side }} {{ z }} * power(greatest(cast({{ hits }} as double) * ({{ n }} - {{ hits }}) / nullif({{ n }}, 0) + {{ z }} * {{ z }} / 4, 0), 0.5))
    / (nullif({{ n }}, 0) + {{ z }} * {{ z }})
{%- endmacro %}
