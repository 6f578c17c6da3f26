{#- An amount in the base currency; NULL where neither the currency is the base nor a rate is known. -#}
{% macro to_base(amount, currency, rate='fx.rate') -%}
    cast(case when {{ currency }} = '{{ var("base_currency") }}' then {{ amount }} else {{ amount }} * {{ rate }} end as decimal(18, 4))
{%- endmacro %}
