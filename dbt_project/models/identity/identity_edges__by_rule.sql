-- A rule proposes a union where two points share a value of its kind and the names do what it needs.
with

evidence as (

    select
        evidence.point_no,
        evidence.kind,
        evidence.value,
        traits.point_no is not null as is_described
    from {{ ref('identity_evidence') }} as evidence
    left join {{ ref('identity_traits') }} as traits on evidence.point_no = traits.point_no
    where
        not evidence.is_guarded
        and evidence.kind in (select rules.kind from {{ ref('identity_rules') }} as rules)

),

-- Points that only hold identifiers hang on one point of their value, a record if there is one.
hubs as (

    select
        kind,
        value,
        coalesce(min(case when is_described then point_no end), min(point_no)) as point_no
    from evidence
    group by kind, value
    having count(*) > 1

),

shared as (

    select
        one.kind,
        one.value,
        one.point_no as point_a,
        other.point_no as point_b,
        true as is_described
    from evidence as one
    inner join evidence as other
        on one.kind = other.kind and one.value = other.value and one.point_no < other.point_no
    where
        one.is_described
        and other.is_described
        and one.kind not in ('account', 'visitor', 'purchase')

    union all

    select
        evidence.kind,
        evidence.value,
        least(evidence.point_no, hubs.point_no) as point_a,
        greatest(evidence.point_no, hubs.point_no) as point_b,
        false as is_described
    from evidence
    inner join hubs on evidence.kind = hubs.kind and evidence.value = hubs.value
    where
        evidence.point_no <> hubs.point_no
        and (not evidence.is_described or evidence.kind in ('account', 'visitor', 'purchase'))

),

described as (

    select distinct point_a, point_b from shared where is_described

),

traits as (

    select * from {{ ref('identity_traits') }}

),

compared as (

    select
        described.point_a,
        described.point_b,
        cast({{ pair_pattern() }} as bigint) as pattern
    from described
    inner join traits as l on described.point_a = l.point_no
    inner join traits as r on described.point_b = r.point_no

),

patterns as (

    select distinct pattern from compared

),

{{ contradicted('patterns') }}

select
    shared.point_a,
    shared.point_b,
    'rule' as source,
    rules.rule,
    shared.kind,
    shared.value,
    cast(rules.weight as double) as weight,
    case when rules.needs <> 'none' then contradicted.conflict end as conflict
from shared
inner join {{ ref('identity_rules') }} as rules on shared.kind = rules.kind
left join compared on shared.point_a = compared.point_a and shared.point_b = compared.point_b
left join contradicted on compared.pattern = contradicted.pattern
where
    rules.needs = 'none'
    or not shared.is_described and rules.needs = 'compatible'
    or rules.needs = 'compatible' and {{ level_in('compared.pattern', 'given') }} <> 1
    or rules.needs = 'agree' and {{ level_in('compared.pattern', 'given') }} > 1 and {{ level_in('compared.pattern', 'family') }} > 1
