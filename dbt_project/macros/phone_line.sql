{#- Beginnings of mobile numbers behind each calling code whose numbers tell (North America's do not). -#}
{% macro mobile_beginnings() -%}
    {{ return({
        '33': ['6', '7'],
        '34': ['6', '7'],
        '353': ['8'],
        '39': ['3', '43'],
        '44': ['7'],
        '49': ['15', '16', '17'],
        '65': ['8', '9'],
        '81': ['60', '70', '80', '90'],
        '86': ['13', '14', '15', '16', '17', '18', '19'],
    }) }}
{%- endmacro %}

{#- 'mobile' or 'fixed' for a number in E.164, NULL where its beginning does not tell. -#}
{% macro phone_line(phone) -%}
    case
        {%- for code, beginnings in mobile_beginnings().items() %}
        when {{ phone }} like '+{{ code }}%'
            then case
                {%- for beginning in beginnings %} when {{ phone }} like '+{{ code }}{{ beginning }}%' then 'mobile'{% endfor %} else 'fixed'
            end
        {%- endfor %}
    end
{%- endmacro %}
