-- The odds of a pair, once it is known who else a record could be that says nothing but a name.
with

odds as (

    select * from {{ ref('identity_odds') }}

),

bare as (

    select point_no
    from {{ ref('identity_traits__completed') }}
    where
        given_norm is not null
        and coalesce(email_norm, phone_key, birth_text, area_norm, card_norm, tax_norm, company_norm) is null

),

candidates as (

    select bare.point_no, odds.point_b as candidate_no, odds.weight
    from odds
    inner join bare on odds.point_a = bare.point_no
    where odds.conflict is null
    union all
    select bare.point_no, odds.point_a as candidate_no, odds.weight
    from odds
    inner join bare on odds.point_b = bare.point_no
    where odds.conflict is null

),

per_record as (

    select weight as pair_count
    from {{ ref('identity_weights') }}
    where version = '{{ var("identity_weights_version") }}' and comparison = 'pairs per record'

),

-- How much likelier a record's candidates are when it belongs to one of them than when its person has no other record.
fits as (

    select
        bare.point_no,
        coalesce(sum(case when others.point_no is null then power(2, candidates.weight) end), 0)
        / max(2 * per_record.pair_count) as fit
    from bare
    cross join per_record
    left join candidates on bare.point_no = candidates.point_no
    left join bare as others on candidates.candidate_no = others.point_no
    group by bare.point_no

),

-- Share of such records whose person has another record, by expectation maximisation from one half.
known_0 as (select 0.5 as share),

{% for step in range(1, 17) %}
known_{{ step }} as (

    select (1 + coalesce(sum(known.share * fits.fit / (1 - known.share + known.share * fits.fit)), 0)) / (2 + count(*)) as share
    from fits
    cross join known_{{ step - 1 }} as known

),

{% endfor %}
-- Candidates share its odds as far as they are not each other: it can only be one of them.
rivals as (

    select
        one.point_no,
        one.candidate_no,
        sum(
            case when other.candidate_no = one.candidate_no then 0 else power(2, other.weight) end
            / (1 + case when same.conflict is null then coalesce(power(2, same.weight), 0) else 0 end)
        ) as odds
    from candidates as one
    inner join candidates as other on one.point_no = other.point_no and other.weight >= 0
    left join odds as same
        on
            least(one.candidate_no, other.candidate_no) = same.point_a
            and greatest(one.candidate_no, other.candidate_no) = same.point_b
    where one.weight >= 0
    group by one.point_no, one.candidate_no

),

shared as (

    select
        least(rivals.point_no, rivals.candidate_no) as point_a,
        greatest(rivals.point_no, rivals.candidate_no) as point_b,
        sum(ln(case when others.point_no is null then 1 - known.share else 1 end + rivals.odds) / ln(2)) as weight
    from rivals
    cross join known_16 as known
    left join bare as others on rivals.candidate_no = others.point_no
    group by least(rivals.point_no, rivals.candidate_no), greatest(rivals.point_no, rivals.candidate_no)

)

select
    odds.point_a,
    odds.point_b,
    odds.pattern,
    odds.conflict,
    odds.weight - coalesce(shared.weight, 0) as weight
from odds
left join shared on odds.point_a = shared.point_a and odds.point_b = shared.point_b
