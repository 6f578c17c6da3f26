-- The cascade: rules in their order, then the score. A row is a union that was considered; clustering has the last word.
with

by_score as (

    select
        point_a,
        point_b,
        'score' as source,
        'score' as rule,
        cast(null as varchar) as kind,
        cast(null as varchar) as value,
        weight,
        conflict
    from {{ ref('identity_scores') }}
    where weight >= {{ var('identity_review_from') }}

),

considered as (

    select * from {{ ref('identity_edges__by_rule') }}
    union all
    select * from by_score

),

best as (

    select
        *,
        case
            when source = 'score' and weight < ln({{ var('identity_wrong_merge_costs') }}) / ln(2) then 'grey zone'
        end as doubt
    from considered
    qualify row_number() over (
        partition by point_a, point_b
        order by case when conflict is null then 0 else 1 end asc, source asc, weight desc, rule asc, kind asc, value asc
    ) = 1

)

select
    point_a,
    point_b,
    source,
    rule,
    kind,
    value,
    weight,
    case
        when conflict is not null then 'refused'
        when doubt is not null then 'review'
        else 'accepted'
    end as status,
    coalesce(conflict, doubt) as reason
from best
