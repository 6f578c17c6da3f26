-- Every frequent itemset gives one rule per item: that item follows from the others. All counts are whole numbers and all
-- thresholds decimals, so that a confidence of exactly the threshold is kept whatever floating point would say.
with

sizes as (

    select
        universe_no,
        count(distinct basket_no) as total_count
    from {{ ref('int_baskets__items') }}
    group by universe_no

),

minimums as (

    select
        universes.universe_no,
        universes.max_items,
        universes.max_grown,
        universes.min_confidence,
        sizes.total_count,
        greatest(cast(ceil(universes.min_support * sizes.total_count) as bigint), universes.min_basket_count) as min_count
    from {{ ref('int_basket_universes') }} as universes
    inner join sizes on universes.universe_no = sizes.universe_no

),

{{ frequent_itemsets(ref('int_baskets__items'), 'minimums', var('basket_max_items') | int) }},

{{ association_rules('itemsets', var('basket_max_items') | int) }},

singles as (

    select
        universe_no,
        count(*) as single_count
    from counted_1
    group by universe_no

),

-- The search space: any frequent set short of the largest, with any frequent item that is not in it.
searched as (

    select
        keyed.universe_no,
        cast(sum(case when keyed.item_count < minimums.max_items then singles.single_count - keyed.item_count end) as bigint)
            as candidate_count
    from keyed
    inner join minimums on keyed.universe_no = minimums.universe_no
    inner join singles on keyed.universe_no = singles.universe_no
    group by keyed.universe_no

)

select
    rules.universe_no,
    rules.antecedent_key,
    rules.consequent_no,
    {%- for place in range(1, (var('basket_max_items') | int) + 1) %}
    rules.antecedent_{{ place }},
    {%- endfor %}
    rules.item_count - 1 as antecedent_size,
    minimums.total_count,
    antecedents.basket_count as antecedent_count,
    consequents.basket_count as consequent_count,
    rules.together_count,
    rules.least_count,
    searched.candidate_count
from rules
inner join minimums on rules.universe_no = minimums.universe_no
inner join searched on rules.universe_no = searched.universe_no
inner join keyed as antecedents
    on rules.universe_no = antecedents.universe_no and rules.antecedent_key = antecedents.set_key
inner join keyed as consequents
    on rules.universe_no = consequents.universe_no and rules.consequent_key = consequents.set_key
where rules.together_count >= minimums.min_confidence * antecedents.basket_count
