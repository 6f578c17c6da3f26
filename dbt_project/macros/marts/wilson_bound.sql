{#- Bound of the Wilson score interval of a share of n trials; `side` is '-' or '+'. NULL without trials. -#}
{% macro wilson_bound(rate, n, side) -%}
    {%- set z2 = '(power(cast(' ~ var('interval_z') ~ ' as double), 2) / nullif(' ~ n ~ ', 0))' -%}
    ({{ rate }} + {{ z2 }} / 2 {{ side }} power({{ z2 }} * ({{ rate }} * (1 - {{ rate }}) + {{ z2 }} / 4), 0.5)) / (1 + {{ z2 }})
{%- endmacro %}
