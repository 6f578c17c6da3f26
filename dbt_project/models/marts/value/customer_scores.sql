-- A score is the weighted mean of the measures that are known, weights from the seed score_weights; the levels are thirds,
-- tie-safe like the fifths of RFM.
with

weights as (
    {% set measures = [
        'contribution', 'frequency', 'recency', 'unbought_categories', 'interest', 'growth', 'recommendation',
        'satisfaction', 'few_complaints', 'repeat', 'tenure'
    ] %}

    select
        {% for measure in measures %}
        sum(case when measure = '{{ measure }}' then weight else 0 end) as {{ measure }},
        {% endfor %}
        axis
    from {{ ref('score_weights') }}
    group by axis

),

scored as (

    select
        measures.customer_id,
        weights.axis,
        (
            0
            {% for measure in measures %}
            + weights.{{ measure }} * coalesce(measures.{{ measure }}, 0)
            {% endfor %}
        ) / nullif(
            0
            {% for measure in measures %}
            + case when measures.{{ measure }} is not null then weights.{{ measure }} else 0 end
            {% endfor %}, 0
        ) as score
    from {{ ref('int_value__measures') }} as measures
    cross join weights

),

wide as (

    select
        {% for axis in ['value', 'potential', 'loyalty', 'relationship'] %}
        cast(max(case when axis = '{{ axis }}' then score end) as decimal(9, 6)) as {{ axis }}_score,
        {% endfor %}
        customer_id
    from scored
    group by customer_id

),

levels as (

    select
        {% for axis in ['value', 'potential', 'loyalty', 'relationship'] %}
        case
            when {{ axis }}_score is null then null
            when 3 * (rank() over (order by {{ axis }}_score nulls last) - 1) < count({{ axis }}_score) over () then 'low'
            when 3 * (rank() over (order by {{ axis }}_score nulls last) - 1) < 2 * count({{ axis }}_score) over () then 'medium'
            else 'high'
        end as {{ axis }}_level,
        {% endfor %}
        wide.*
    from wide

)

select
    levels.customer_id,
    {{ as_of() }} as as_of_date,
    levels.value_score,
    levels.potential_score,
    levels.loyalty_score,
    levels.value_level,
    levels.potential_level,
    levels.loyalty_level,
    upper(substring(levels.value_level, 1, 1) || substring(levels.potential_level, 1, 1) || substring(levels.loyalty_level, 1, 1))
        as axis_cell,
    strategies.strategy_en,
    strategies.strategy_zh,
    case
        when levels.value_level = 'high' and levels.potential_level <> 'low' then 'high'
        when levels.value_level = 'low' and levels.potential_level <> 'high' then 'low'
        when levels.value_level is not null and levels.potential_level is not null then 'medium'
    end as value_tier,
    cast(round(50 * levels.value_score + 50 * levels.potential_score) as integer) as customer_points,
    levels.relationship_score as relationship_strength,
    levels.relationship_level
from levels
left join {{ ref('axis_strategies') }} as strategies
    on
        levels.value_level = strategies.value_level
        and levels.potential_level = strategies.potential_level
        and levels.loyalty_level = strategies.loyalty_level
