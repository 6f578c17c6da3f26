-- Tiers are cut by money alone; whether they also behave as the model describes them is measured here, never assumed (S087).
with

measured as (

    select
        tiers.tier,
        tiers.tier_no,
        behaviour.*
    from {{ ref('customer_tiers') }} as tiers
    inner join {{ ref('int_value__behaviour') }} as behaviour on tiers.customer_id = behaviour.customer_id
    where tiers.scheme = 'four_tier'

),

long as (
    {% for measure in ['purchase_count', 'category_count', 'discounted_share', 'new_product_share', 'return_rate',
                       'complaint_rate', 'satisfaction', 'recommendation'] %}
    select '{{ measure }}' as measure, tier, tier_no, cast({{ measure }} as decimal(18, 6)) as value from measured
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

tiers as (

    select
        measure,
        tier,
        min(tier_no) as tier_no,
        count(value) as customer_count,
        avg(value) as mean_value
    from long
    group by measure, tier

),

overall as (

    select
        measure,
        avg(value) as mean_value
    from long
    group by measure

)

select
    tiers.tier,
    tiers.tier_no,
    tiers.measure,
    {{ as_of() }} as as_of_date,
    tiers.customer_count,
    cast(tiers.mean_value as decimal(18, 4)) as mean_value,
    cast(overall.mean_value as decimal(18, 4)) as overall_value,
    expected.expected,
    case expected.expected
        when 'high' then tiers.mean_value > overall.mean_value
        when 'low' then tiers.mean_value < overall.mean_value
    end as is_as_described
from tiers
inner join overall on tiers.measure = overall.measure
left join {{ ref('pyramid_expectations') }} as expected
    on
        tiers.tier = expected.tier
        and tiers.measure = expected.measure
