{#-
    +<country><national> where the country is known, else the digits alone; NULL for fewer than 7 or more than 15 digits.
    A sound guess, not a numbering plan: extensions and "(0)" go, 00 is +, one national 0 gives way to the country's code.
-#}
{% macro phone_norm(phone, zone, country=none) -%}
    {%- set code = dialling_code(zone, country) -%}
    {%- set text = phone_text(phone) -%}
    {%- set digits = digits(text) -%}
    case
        when length({{ digits }}) not between 7 and 15 then null
        when {{ text }} like '+%' then '+' || {{ digits }}
        when {{ digits }} like '00%' then '+' || substr({{ digits }}, 3)
        when {{ code }} is null then {{ digits }}
        when {{ digits }} like '0%' then '+' || {{ code }} || substr({{ digits }}, 2)
        when length({{ digits }}) >= 11 and {{ digits }} like {{ code }} || '%'
            then '+' || {{ digits }}
        else '+' || {{ code }} || {{ digits }}
    end
{%- endmacro %}
