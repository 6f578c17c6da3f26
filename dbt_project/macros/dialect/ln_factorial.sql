{#- Natural logarithm of n!, n >= 0; its error stays below 1e-10 of the result. -#}
{% macro ln_factorial(n) -%}
    {{ return(adapter.dispatch('ln_factorial', 'acrm')(n)) }}
{%- endmacro %}

{% macro duckdb__ln_factorial(n) -%}
    lgamma(({{ n }}) + 1)
{%- endmacro %}

{#- Stirling's series at n + 8, stepped back by the seven factors between. -#}
{% macro default__ln_factorial(n) -%}
    (
        (({{ n }}) + 7.5) * ln(({{ n }}) + 8.0) - (({{ n }}) + 8.0) + 0.918938533204672742
        + 1 / (12 * (({{ n }}) + 8.0)) - 1 / (360 * power(({{ n }}) + 8.0, 3)) + 1 / (1260 * power(({{ n }}) + 8.0, 5))
        {%- for step in range(1, 8) %} - ln(({{ n }}) + {{ step }}.0){% endfor %}
    )
{%- endmacro %}
