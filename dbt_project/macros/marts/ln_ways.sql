{#- ln of x! (a - x)! (c - x)! (n - a - c + x)!: the part of a hypergeometric term that depends on x, upside down. -#}
{% macro ln_ways(x) -%}
    {{ ln_factorial(x) }} + {{ ln_factorial('a - ' ~ x) }} + {{ ln_factorial('c - ' ~ x) }}
    + {{ ln_factorial('n - a - c + ' ~ x) }}
{%- endmacro %}
