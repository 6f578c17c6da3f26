-- Small cells are drawn towards the rate of all (beta prior by the method of moments), because 2 of 40 is not 5 %.
-- The same arithmetic as ml/hughes.py; a test holds the two together.
with

master as (

    select
        cast(100 * hughes_r + 10 * hughes_f + hughes_m as varchar) as cell,
        count(*) as customer_count
    from {{ ref('int_rfm__scored') }}
    group by hughes_r, hughes_f, hughes_m

),

test_names as (

    select cell, count(*) as test_name_count from {{ ref('hughes_test_names') }} group by cell

),

tested as (

    select
        cell,
        count(*) as contact_count,
        count(*) filter (where is_response) as response_count
    from {{ ref('int_hughes__tested') }}
    group by cell

),

pooled as (

    select
        sum(contact_count) as n,
        count(*) as k,
        sum(1.0 * contact_count * contact_count) as n_squared,
        1.0 * sum(response_count) / nullif(sum(contact_count), 0) as p
    from tested

),

spread as (

    select
        max(pooled.p) as p,
        (
            sum(tested.contact_count * power(1.0 * tested.response_count / tested.contact_count - pooled.p, 2))
            - (max(pooled.k) - 1) * max(pooled.p * (1 - pooled.p))
        ) / nullif(max(pooled.n - pooled.n_squared / pooled.n), 0) as between_variance
    from tested
    cross join pooled

),

beta as (

    select
        p,
        case when between_variance > 0 then greatest(p * (1 - p) / between_variance - 1, 0) end as strength
    from spread

),

rated as (

    select
        coalesce(master.cell, tested.cell) as cell,
        coalesce(master.customer_count, 0) as customer_count,
        coalesce(test_names.test_name_count, 0) as test_name_count,
        coalesce(tested.contact_count, 0) as n,
        coalesce(tested.response_count, 0) as x,
        1.0 * tested.response_count / tested.contact_count as rate,
        case
            when tested.cell is null or beta.strength is null then beta.p
            else (tested.response_count + beta.strength * beta.p) / (tested.contact_count + beta.strength)
        end as shrunk_rate
    from master
    full outer join tested on master.cell = tested.cell
    left join test_names on coalesce(master.cell, tested.cell) = test_names.cell
    cross join beta

),

decided as (

    select
        *,
        cast({{ var('hughes_cost_per_contact') }} as double) / nullif({{ var('hughes_net_per_sale') }}, 0) as break_even
    from rated

)

select
    cell,
    {{ as_of() }} as as_of_date,
    customer_count,
    test_name_count,
    n as contact_count,
    x as response_count,
    cast(rate as decimal(9, 6)) as response_rate,
    cast({{ wilson_bound('rate', 'n', '-') }} as decimal(9, 6)) as rate_low,
    cast({{ wilson_bound('rate', 'n', '+') }} as decimal(9, 6)) as rate_high,
    cast(shrunk_rate as decimal(9, 6)) as shrunk_rate,
    cast(break_even as decimal(9, 6)) as break_even_rate,
    cast(100 * (rate - break_even) / break_even as decimal(18, 4)) as break_even_index,
    rate >= break_even as is_roll_out,
    shrunk_rate >= break_even as is_roll_out_shrunk,
    cast(customer_count * (shrunk_rate * {{ var('hughes_net_per_sale') }} - {{ var('hughes_cost_per_contact') }}) as decimal(18, 4))
        as expected_profit_base
from decided
