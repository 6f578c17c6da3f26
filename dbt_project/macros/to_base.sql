{#-
    An amount in the base currency; NULL where neither the currency is the base nor a rate is known.
    Each branch is cast by itself: a product of decimals has 128 bits, and those are slow for rows that need no rate.
-#}
{% macro to_base(amount, currency, rate='fx.rate') -%}
    case
        when {{ currency }} = '{{ var("base_currency") }}' then cast({{ amount }} as decimal(18, 4))
        else cast(({{ amount }}) * {{ rate }} as decimal(18, 4))
    end
{%- endmacro %}
