{#-
    CTEs that make one rule of every item of every itemset: it follows from the others. Sets are known by their numbers in
    order between bars, so that leaving one out is replacing it.

    itemsets: CTE as frequent_itemsets leaves it. largest: greatest number of items.
    Leaves `keyed` (itemsets with set_key) and `rules`: universe_no, item_count, antecedent_key, consequent_key,
    consequent_no, antecedent_1 ... antecedent_<largest> (empty at the consequent's place), together_count,
    least_count.
-#}
{% macro association_rules(itemsets, largest) %}
keyed as (

    select
        *,
        {%- for place in range(1, largest + 1) %}
        coalesce('|' || cast(item_{{ place }} as varchar), '') ||
        {%- endfor %}
        '|' as set_key
    from {{ itemsets }}

),

rules as (

    {%- for place in range(1, largest + 1) %}

    select
        universe_no,
        item_count,
        replace(set_key, '|' || cast(item_{{ place }} as varchar) || '|', '|') as antecedent_key,
        '|' || cast(item_{{ place }} as varchar) || '|' as consequent_key,
        item_{{ place }} as consequent_no,
        {%- for other in range(1, largest + 1) %}
        {{ 'item_' ~ other if other != place else 'cast(null as integer)' }} as antecedent_{{ other }},
        {%- endfor %}
        basket_count as together_count,
        least_count
    from keyed
    where item_count >= 2 and item_{{ place }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)
{%- endmacro %}
