-- One person has a main store and a main kind of goods; how far people stray from both is learnt from the cards themselves, one
-- card one vote. The first round finds the worst cards, the second learns without them: else they would hide each other.
with

cards as (

    select habits.*
    from {{ ref('int_cards__habits') }} as habits
    where
        habits.order_count >= {{ detector('min_orders') }}
        and habits.card_ref not in (select clerk_cards.card_ref from {{ ref('clerk_cards') }} as clerk_cards)

),

{% for suspects in [none, 'first_judged'] -%}
{%- set pass = 'second' if suspects else 'first' -%}
{{ pass }}_norm as (

    select
        (sum(cast(1.0 * other_store_order_count / nullif(store_order_count, 0) as decimal(12, 9))) + 0.5)
        / (count(nullif(store_order_count, 0)) + 1) as store_norm,
        (sum(cast(1.0 * other_category_line_count / nullif(category_line_count, 0) as decimal(12, 9))) + 0.5)
        / (count(nullif(category_line_count, 0)) + 1) as category_norm
    from cards
    {%- if suspects %}
    where card_ref not in (select found.card_ref from {{ suspects }} as found where found.is_discovered)
    {%- endif %}

),

{{ pass }}_weighed as (

    select
        cards.*,
        norm.store_norm,
        norm.category_norm,
        {{ binomial_evidence('cards.other_store_order_count', 'cards.store_order_count', 'norm.store_norm') }}
        + {{ binomial_evidence('cards.other_category_line_count', 'cards.category_line_count', 'norm.category_norm') }} as evidence
    from cards
    cross join {{ pass }}_norm as norm

),

{{ pass }}_tested as (

    -- Fisher's combination of two independent tests: the tail of the product of two p-values.
    select
        {{ pass }}_weighed.*,
        exp(-evidence) * (1.0 + evidence) as p_value
    from {{ pass }}_weighed

),

{{ discoveries(pass ~ '_judged', pass ~ '_tested') }},

{% endfor -%}
holders as (

    select
        card_ref,
        min(customer_id) as customer_id,
        count(distinct customer_id) as holder_count
    from {{ ref('int_cards__holders') }}
    group by card_ref

)

select
    judged.card_ref,
    holders.customer_id,
    coalesce(holders.holder_count, 0) as holder_count,
    case when judged.is_discovered then 'stores_and_goods' else 'several_holders' end as reason,
    judged.order_count,
    judged.day_count,
    judged.store_count,
    judged.other_store_order_count,
    cast(judged.store_norm * judged.store_order_count as decimal(18, 4)) as expected_other_store_order_count,
    judged.category_count,
    judged.category_line_count,
    judged.other_category_line_count,
    cast(judged.category_norm * judged.category_line_count as decimal(18, 4)) as expected_other_category_line_count,
    judged.p_value,
    judged.first_order_on,
    judged.last_order_on,
    judged.sales_base
from second_judged as judged
left join holders on judged.card_ref = holders.card_ref
where judged.is_discovered or holders.holder_count > 1
