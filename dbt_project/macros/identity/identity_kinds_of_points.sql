{#- Kinds of evidence, and where identity_points has their values. -#}
{% macro identity_kinds_of_points() -%}
    {{ return({
        'email': 'email_norm',
        'phone': 'phone_norm',
        'card_ref': 'card_norm',
        'union': 'union_ref',
        'account': 'account_key',
        'visitor': 'visitor_key',
        'purchase': 'buyer_key',
        'tax': 'tax_norm',
        'handle': 'handle_norm',
        'birth': 'birth_text',
        'name_birth': "name_norm || '|' || birth_text",
        'name_postal': "name_norm || '|' || postal_norm",
    }) }}
{%- endmacro %}
