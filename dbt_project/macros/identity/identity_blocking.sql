{#-
    Blocks and their keys over identity_traits (with form_1..3, initial, birth_year and birth_day). Each error leaves some key whole: a
    wrong birth date the names, a wrong name the contact data, a move the birth date. The coarse ones split common names.
-#}
{% macro identity_blocking() -%}
    {{ return({
        'email': ['email_norm'],
        'email_local': ['email_local'],
        'email_domain': ["split_part(email_norm, '@', 2)"],
        'phone': ['phone_key'],
        'card': ['card_norm'],
        'tax': ['tax_norm'],
        'name': ["family_norm || '|' || form_1", "family_norm || '|' || form_2", "family_norm || '|' || form_3"],
        'name_swapped': ["least(family_norm, given_norm) || '|' || greatest(family_norm, given_norm)"],
        'name_city': ["family_norm || '|' || form_1 || '|' || city_norm"],
        'name_year': ["family_norm || '|' || form_1 || '|' || birth_year"],
        'family_initial': ["family_norm || '|' || initial"],
        'family_birth': ["family_norm || '|' || birth_text"],
        'given_birth': ["form_1 || '|' || birth_text"],
        'birth': ['birth_text'],
        'given_year': ["form_1 || '|' || birth_year"],
        'family_day': ["family_norm || '|' || birth_day"],
        'given_day': ["form_1 || '|' || birth_day"],
        'city_day': ["city_norm || '|' || birth_day"],
        'family_year': ["family_norm || '|' || birth_year"],
        'given_city': ["form_1 || '|' || city_norm"],
        'family_city': ["family_norm || '|' || city_norm"],
        'city_year': ["city_norm || '|' || birth_year"],
        'family_postal': ["family_norm || '|' || postal_norm"],
        'given_postal': ["form_1 || '|' || postal_norm"],
        'birth_postal': ["birth_text || '|' || postal_norm"],
        'street': ["street_norm || '|' || postal_norm"],
        'given_street': ["form_1 || '|' || street_norm"],
        'company': ['company_norm'],
        'company_postal': ["substr(company_norm, 1, 4) || '|' || postal_norm"],
    }) }}
{%- endmacro %}

{#- Blocks that hold strangers for the most part: they help where little is known, among few records. -#}
{% macro identity_coarse_blocks() -%}
    {{ return([
        'birth', 'given_year', 'family_year', 'given_day', 'family_day', 'given_city', 'family_city', 'city_year', 'city_day',
    ]) }}
{%- endmacro %}
