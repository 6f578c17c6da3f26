-- Fisher's exact test is a sum of hypergeometric terms. They fall off faster than those of a normal curve, so nine standard
-- deviations hold all that a double can show; below expectation the shorter side is summed and taken from one.
with

steps as (

    {{ counting_numbers(4) }}

),

rules as (

    select
        *,
        cast(antecedent_count as double) * consequent_count / total_count as expected_count
    from {{ ref('int_basket_rules__counted') }}

),

tails as (

    select
        *,
        together_count > expected_count as is_above,
        case when together_count > expected_count then together_count else together_count - 1 end as first_count,
        ceil(9 * sqrt(
            expected_count * (1 - cast(antecedent_count as double) / total_count)
            * (total_count - consequent_count) / nullif(total_count - 1, 0)
        )) + 50 as wanted_terms,
        case
            when together_count > expected_count then least(antecedent_count, consequent_count) - together_count + 1
            else together_count - greatest(0, antecedent_count + consequent_count - total_count)
        end as possible_terms
    from rules

),

-- Both sides of a rule count alike, so the smaller is always a: equal rules get equal figures to the last digit. A term is
-- taken as its ratio to the first one, in decimals, because their sum does not depend on the order of adding.
terms as (

    select
        tails.universe_no,
        tails.antecedent_key,
        tails.consequent_no,
        tails.total_count as n,
        tails.first_count as x0,
        least(tails.antecedent_count, tails.consequent_count) as a,
        greatest(tails.antecedent_count, tails.consequent_count) as c,
        case when tails.is_above then tails.first_count + steps.number else tails.first_count - steps.number end as x
    from tails
    inner join steps
        on least(tails.wanted_terms, tails.possible_terms) > steps.number

),

sums as (

    select
        universe_no,
        antecedent_key,
        consequent_no,
        exp(min(
            {{ ln_factorial('a') }} + {{ ln_factorial('n - a') }} + {{ ln_factorial('c') }} + {{ ln_factorial('n - c') }}
            - {{ ln_factorial('n') }} - ({{ ln_ways('x0') }})
        )) * cast(sum(cast(exp(({{ ln_ways('x0') }}) - ({{ ln_ways('x') }})) as decimal(38, 18))) as double) as tail
    from terms
    group by universe_no, antecedent_key, consequent_no

)

select
    tails.universe_no,
    tails.antecedent_key,
    tails.consequent_no,
    least(1, greatest(0, case when tails.is_above then sums.tail else 1 - coalesce(sums.tail, 0) end)) as p_value
from tails
left join sums
    on
        tails.universe_no = sums.universe_no
        and tails.antecedent_key = sums.antecedent_key
        and tails.consequent_no = sums.consequent_no
