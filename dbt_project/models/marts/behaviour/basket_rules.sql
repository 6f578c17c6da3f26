with

ranked as (

    select
        rules.*,
        cast(rules.antecedent_count as double) * rules.consequent_count / rules.total_count as expected_count,
        tested.p_value,
        rank() over (partition by rules.universe_no order by tested.p_value) as p_rank
    from {{ ref('int_basket_rules__counted') }} as rules
    inner join {{ ref('int_basket_rules__tested') }} as tested
        on
            rules.universe_no = tested.universe_no
            and rules.antecedent_key = tested.antecedent_key
            and rules.consequent_no = tested.consequent_no

)

select
    universes.basis,
    universes.system,
    {{ joined('item_', 'item_id', var('basket_max_items') | int) }} as antecedent_ids,
    consequents.item_id as consequent_id,
    {{ joined('item_', 'item_name', var('basket_max_items') | int) }} as antecedent,
    consequents.item_name as consequent,
    ranked.antecedent_size,
    ranked.total_count as basket_count,
    ranked.antecedent_count,
    ranked.consequent_count,
    ranked.together_count,
    ranked.least_count,
    cast(ranked.together_count as double) / ranked.total_count as support,
    cast(ranked.together_count as double) / ranked.antecedent_count as confidence,
    ranked.together_count / ranked.expected_count as lift,
    (ranked.together_count - ranked.expected_count) / ranked.total_count as leverage,
    (1 - cast(ranked.consequent_count as double) / ranked.total_count)
    / nullif(1 - cast(ranked.together_count as double) / ranked.antecedent_count, 0) as conviction,
    {{ correlation('ranked.antecedent_count', 'ranked.consequent_count', 'ranked.together_count', 'ranked.total_count') }} as correlation,
    ranked.p_value,
    max(least(1, ranked.p_value * (ranked.candidate_count - ranked.p_rank + 1)))
        over (partition by ranked.universe_no order by ranked.p_rank) as p_holm
from ranked
inner join {{ ref('int_basket_universes') }} as universes on ranked.universe_no = universes.universe_no
inner join {{ ref('int_items') }} as consequents on ranked.consequent_no = consequents.item_no
{%- for place in range(1, (var('basket_max_items') | int) + 1) %}
left join {{ ref('int_items') }} as item_{{ place }} on ranked.antecedent_{{ place }} = item_{{ place }}.item_no
{%- endfor %}
