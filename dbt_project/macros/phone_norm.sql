{#-
    +<country><national> where the country is known, else the digits alone; NULL for fewer than 7 or more than 15 digits.
    A sound guess, not a numbering plan: extensions and "(0)" go, 00 is +, one national 0 gives way to the country's code.
    Whoever leaves out the country may mean another one: what is too long for the assumed country gets no code.
-#}
{% macro phone_norm(phone, zone, country=none) -%}
    {%- set code = dialling_code(zone, country) -%}
    {%- set text = phone_text(phone) -%}
    {%- set digits = digits(text) -%}
    {%- set most -%}
        case {{ code }} {%- for of, most in national_digits().items() %} when '{{ of }}' then {{ most }}{% endfor %} else 15 end
    {%- endset -%}
    case
        when length({{ digits }}) not between 7 and 15 then null
        when {{ text }} like '+%' then '+' || {{ digits }}
        when {{ digits }} like '00%' then '+' || substr({{ digits }}, 3)
        when {{ code }} is null then {{ digits }}
        when {{ digits }} like '0%'
            then case when length({{ digits }}) - 1 <= {{ most }} then '+' || {{ code }} || substr({{ digits }}, 2) else {{ digits }} end
        when length({{ digits }}) >= 11 and {{ digits }} like {{ code }} || '%' and length({{ digits }}) - length({{ code }}) <= {{ most }}
            then '+' || {{ digits }}
        when length({{ digits }}) <= {{ most }} then '+' || {{ code }} || {{ digits }}
        else {{ digits }}
    end
{%- endmacro %}
