{#-
    What two records are compared by (Fellegi and Sunter 1969), read by the models and by `acrm identity train` alike.
    Level 0: a value is missing on either side; 1: none of the conditions holds; 2 and up: the conditions in order, the last
    one that holds counts. `l` and `r` are rows of identity_traits; `rarity` names the column whose rare values weigh more;
    `apart` holds where the values cannot be compared: another script (Latin letters sort before '{'), or counted elsewhere;
    at the levels in `close` strangers agree because they live or work together, which no larger company makes likelier.
-#}
{% macro identity_comparisons() -%}
    {{ return([
        {
            'name': 'given',
            'known': ['given_norm'],
            'apart': "(l.given_norm < '{') <> (r.given_norm < '{')",
            'rarity': 'given_norm',
            'levels': [
                given_near(),
                "strpos(r.given_forms, '|' || l.given_norm) > 0 or strpos(l.given_forms, '|' || r.given_norm) > 0",
                "length(l.given_norm) = 1 and strpos(r.given_forms, '|' || l.given_norm) > 0"
                ~ " or length(r.given_norm) = 1 and strpos(l.given_forms, '|' || r.given_norm) > 0",
                "(" ~ is_short_form('l') ~ " or " ~ is_short_form('r') ~ ") and (" ~ given_kin('l', 'r') ~ ")",
                names_swapped(),
                "l.given_norm = r.given_norm",
            ],
        },
        {
            'name': 'family',
            'known': ['family_norm'],
            'apart': "(l.family_norm < '{') <> (r.family_norm < '{') or l.given_norm <> r.given_norm and " ~ names_swapped()
            ~ " or l.postal_norm = r.postal_norm and l.street_norm = r.street_norm and " ~ text_near('l.family_norm', 'r.family_norm'),
            'rarity': 'family_norm',
            'levels': [text_near('l.family_norm', 'r.family_norm'), "l.family_norm = r.family_norm"],
        },
        {
            'name': 'birth',
            'known': ['birth_text'],
            'levels': [
                "substr(l.birth_text, 1, 4) = substr(r.birth_text, 1, 4) or substr(l.birth_text, 5) = substr(r.birth_text, 5)",
                "levenshtein(l.birth_text, r.birth_text) = 1 or (substr(l.birth_text, 1, 4) = substr(r.birth_text, 1, 4)"
                ~ " and substr(l.birth_text, 5, 2) = substr(r.birth_text, 7) and substr(l.birth_text, 7) = substr(r.birth_text, 5, 2))",
                "l.birth_text = r.birth_text",
            ],
        },
        {
            'name': 'email',
            'known': ['email_norm'],
            'close': [3],
            'levels': [
                "l.email_local = r.email_local or " ~ two_edits('l.email_norm', 'r.email_norm'),
                "l.email_norm = r.email_norm",
            ],
        },
        {
            'name': 'phone',
            'known': ['phone_key'],
            'apart': "l.phone_line <> r.phone_line",
            'close': [3],
            'levels': [two_edits('l.phone_key', 'r.phone_key'), "l.phone_key = r.phone_key"],
        },
        {
            'name': 'address',
            'known': ['area_norm'],
            'close': [4, 5],
            'levels': [
                text_near('l.city_norm', 'r.city_norm'),
                "l.street_norm = r.street_norm",
                "l.postal_norm = r.postal_norm",
                "l.postal_norm = r.postal_norm and l.street_norm = r.street_norm",
            ],
        },
        {
            'name': 'city',
            'known': ['city_norm'],
            'apart': "l.area_norm is not null and r.area_norm is not null or (l.city_norm < '{') <> (r.city_norm < '{')",
            'rarity': 'city_norm',
            'levels': [text_near('l.city_norm', 'r.city_norm')],
        },
        {
            'name': 'card',
            'known': ['card_norm'],
            'close': [2],
            'levels': ["l.card_norm = r.card_norm"],
        },
        {
            'name': 'tax',
            'known': ['tax_norm'],
            'close': [3],
            'levels': [two_edits('l.tax_norm', 'r.tax_norm'), "l.tax_norm = r.tax_norm"],
        },
        {
            'name': 'company',
            'known': ['company_norm'],
            'rarity': 'company_norm',
            'levels': [text_near('l.company_norm', 'r.company_norm'), "l.company_norm = r.company_norm"],
        },
        {
            'name': 'subject',
            'known': ['subject'],
            'levels': ["l.subject = r.subject"],
        },
    ]) }}
{%- endmacro %}

{#- At most two edits apart. Edits are dear to count, so what cannot be is left out
    first: two edits leave one of any three pieces whole. -#}
{% macro two_edits(one, other) -%}
    {%- set size = 'cast(floor(length(' ~ one ~ ') / 3.0) as integer)' -%}
    abs(length({{ one }}) - length({{ other }})) <= 2
    and (
        strpos({{ other }}, substr({{ one }}, 1, {{ size }})) > 0
        or strpos({{ other }}, substr({{ one }}, 1 + {{ size }}, {{ size }})) > 0
        or strpos({{ other }}, substr({{ one }}, 1 + 2 * {{ size }}, {{ size }})) > 0
    )
    and levenshtein({{ one }}, {{ other }}) <= 2
{%- endmacro %}

{#- A slip in a given name, or in one of those that a nickname may stand for (Tom, Thoomas). -#}
{% macro given_near() -%}
    {{ text_near('l.given_norm', 'r.given_norm') }}
    {%- for one, other in [('l', 'r'), ('r', 'l')] %}
    or {{ is_short_form(one) }} and (
        {%- for place in [2, 3, 4] %}
        {{ 'or ' if not loop.first }}{{ text_near("split_part(" ~ one ~ ".given_forms, '|', " ~ place ~ ")", other ~ '.given_norm') }}
        {%- endfor %}
    )
    {%- endfor -%}
{%- endmacro %}

{#- Most names stand for themselves alone, and looking at the others' forms is what comparing costs most for. -#}
{% macro is_short_form(side) -%}
    {{ side }}.given_forms <> '|' || {{ side }}.given_norm || '|'
{%- endmacro %}

{#- Whether two given names may stand for one and the same (Hal and Harry for Harold). -#}
{% macro given_kin(one, other) -%}
    {%- for place in [2, 3, 4, 5] %}
    {{ 'or ' if not loop.first }}strpos({{ other }}.given_forms, '|' || split_part({{ one }}.given_forms, '|', {{ place }}) || '|') > 0
    {%- endfor -%}
{%- endmacro %}

{#- The level of `given` at which they do. -#}
{% macro given_kin_level() -%} 5 {%- endmacro %}

{#- Whether given and family name stand in each other's place, but for a slip. -#}
{% macro names_swapped() -%}
    ({{ text_near('l.given_norm', 'r.family_norm') }} and {{ text_near('l.family_norm', 'r.given_norm') }})
{%- endmacro %}

{% macro comparison_level(comparison) -%}
    case
        {%- for column in comparison.known %}
        when l.{{ column }} is null or r.{{ column }} is null then 0
        {%- endfor %}
        {%- if 'apart' in comparison %}
        when {{ comparison.apart }} then 0
        {%- endif %}
        {%- for condition in comparison.levels | reverse %}
        when {{ condition }} then {{ comparison.levels | length + 2 - loop.index }}
        {%- endfor %}
        else 1
    end
{%- endmacro %}

{#- Place value of each comparison in the one number that stands for all levels of a pair. -#}
{% macro pattern_places() -%}
    {%- set places, product = {}, namespace(value=1) -%}
    {%- for comparison in identity_comparisons() -%}
        {%- do places.update({comparison.name: product.value}) -%}
        {%- set product.value = product.value * (comparison.levels | length + 2) -%}
    {%- endfor -%}
    {{ return(places) }}
{%- endmacro %}

{% macro pair_pattern() -%}
    {%- set places = pattern_places() -%}
    {%- for comparison in identity_comparisons() %}
        {{ '+ ' if not loop.first }}{{ places[comparison.name] }} * {{ comparison_level(comparison) }}
    {%- endfor -%}
{%- endmacro %}

{#- Level of one comparison, taken out of the number of a pair. -#}
{% macro level_in(pattern, name) -%}
    {%- for comparison in identity_comparisons() if comparison.name == name -%}
        (cast(floor({{ pattern }} / {{ pattern_places()[name] }}.0) as bigint) % {{ comparison.levels | length + 2 }})
    {%- endfor -%}
{%- endmacro %}

{#- Whether a pattern holds an agreement at one of the levels in `close`. -#}
{% macro is_close(pattern) -%}
    {%- for comparison in identity_comparisons() | selectattr('close', 'defined') -%}
        {{ ' or ' if not loop.first }}{{ level_in(pattern, comparison.name) }} in ({{ comparison.close | join(', ') }})
    {%- endfor -%}
{%- endmacro %}
