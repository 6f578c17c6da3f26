{#-
    An amount in the base currency; NULL where neither the currency is the base nor a rate is known.
    The amount is widened first: engines that keep the width of the operands would overflow at ten million.
-#}
{% macro to_base(amount, currency, rate='fx.rate') -%}
    cast(case when {{ currency }} = '{{ var("base_currency") }}' then {{ amount }} else cast({{ amount }} as decimal(38, 8)) * {{ rate }} end as decimal(18, 4))
{%- endmacro %}
