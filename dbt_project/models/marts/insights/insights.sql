-- A rule fires when it has enough cases and the whole interval lies on the side that its direction names.
with

candidates as (

    select * from {{ ref('int_insights__sales') }}
    union all
    select * from {{ ref('int_insights__products') }}
    union all
    select * from {{ ref('int_insights__customers') }}
    union all
    select * from {{ ref('int_insights__churn') }}
    union all
    select * from {{ ref('int_insights__channels') }}
    union all
    select * from {{ ref('int_insights__quality') }}

),

measured as (

    select
        candidates.*,
        rules.kind,
        rules.mart,
        rules.direction,
        rules.name_en,
        rules.name_zh,
        rules.title_en,
        rules.title_zh,
        rules.evidence_en,
        rules.evidence_zh,
        rules.size_basis,
        {{ share_bound('candidates.hit_count', 'candidates.base_count', 'rules.z', '-') }} as interval_low,
        {{ share_bound('candidates.hit_count', 'candidates.base_count', 'rules.z', '+') }} as interval_high
    from candidates
    inner join {{ ref('insight_rules') }} as rules on candidates.rule = rules.rule
    where candidates.base_count >= rules.min_count

),

fired as (

    select
        *,
        cast(hit_count as varchar) as text_hits,
        cast(base_count as varchar) as text_base,
        coalesce(cast(item_count as varchar), '') as text_count,
        coalesce(detail, '') as text_detail,
        {{ percent_text('observed_share') }} as text_observed,
        {{ percent_text('expected_share') }} as text_expected,
        {{ percent_text('interval_low') }} as text_low,
        {{ percent_text('interval_high') }} as text_high
    from measured
    where
        direction = 'none'
        or (direction = 'above' and interval_low > expected_share)
        or (direction = 'below' and interval_high < expected_share)

)

select
    rule || ':' || subject as insight_id,
    {{ as_of() }} as as_of_date,
    cast(row_number() over (order by coalesce(size_base, 0) desc, hit_count desc, rule asc, subject asc) as integer) as insight_rank,
    kind,
    rule,
    name_en as rule_en,
    name_zh as rule_zh,
    subject,
    {{ insight_text('title_en', 'subject_en') }} as title_en,
    {{ insight_text('title_zh', 'subject_zh') }} as title_zh,
    {{ insight_text('evidence_en', 'subject_en') }} as evidence_en,
    {{ insight_text('evidence_zh', 'subject_zh') }} as evidence_zh,
    hit_count,
    base_count,
    observed_share,
    expected_share,
    case when direction <> 'none' then interval_low end as interval_low,
    case when direction <> 'none' then interval_high end as interval_high,
    size_base,
    size_basis,
    mart
from fired
