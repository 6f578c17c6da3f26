{#- Calling codes by what a row may name its country by, upper case; extend both lists for the countries you sell in. -#}
{% macro codes_by_country() -%}
    {{ return({
        'CN': '86',
        'CHINA': '86',
        '中国': '86',
        'HK': '852',
        'SG': '65',
        'JP': '81',
        'DE': '49',
        'GERMANY': '49',
        'DEUTSCHLAND': '49',
        'IE': '353',
        'IRELAND': '353',
        'GB': '44',
        'UK': '44',
        'UNITED KINGDOM': '44',
        'ES': '34',
        'SPAIN': '34',
        'FR': '33',
        'FRANCE': '33',
        'IT': '39',
        'ITALY': '39',
        'US': '1',
        'UNITED STATES': '1',
    }) }}
{%- endmacro %}

{% macro codes_by_zone() -%}
    {{ return({
        'Asia/Shanghai': '86',
        'Asia/Hong_Kong': '852',
        'Asia/Singapore': '65',
        'Asia/Tokyo': '81',
        'Europe/Berlin': '49',
        'Europe/Dublin': '353',
        'Europe/London': '44',
        'Europe/Madrid': '34',
        'Europe/Paris': '33',
        'Europe/Rome': '39',
        'America/Chicago': '1',
        'America/Los_Angeles': '1',
        'America/New_York': '1',
    }) }}
{%- endmacro %}

{#- Most digits of a mobile or fixed number behind each code, where that is less than the 15 that any number may have. -#}
{% macro national_digits() -%}
    {{ return({
        '1': 10,
        '33': 9,
        '34': 9,
        '353': 10,
        '39': 12,
        '44': 10,
        '65': 8,
        '81': 10,
        '852': 8,
        '86': 11,
    }) }}
{%- endmacro %}

{#- Calling code of the country a row names, else of the country its source's time zone lies in; NULL when neither is listed. -#}
{% macro dialling_code(zone, country=none) -%}
    {%- if country -%}
        coalesce({{ case_of('upper(trim(' ~ country ~ '))', codes_by_country()) }}, {{ case_of(zone, codes_by_zone()) }})
    {%- else -%}
        {{ case_of(zone, codes_by_zone()) }}
    {%- endif -%}
{%- endmacro %}

{#- A simple CASE that maps texts to texts. -#}
{% macro case_of(text, mapping) -%}
    case {{ text }} {%- for key, value in mapping.items() %} when '{{ key }}' then '{{ value }}'{% endfor %} end
{%- endmacro %}
