-- Every nth name of the file in the order of the cells: each cell gives its share, give or take one, whatever the size (S103).
with

numbered as (

    select
        customer_id,
        cast(100 * hughes_r + 10 * hughes_f + hughes_m as varchar) as cell,
        row_number() over (order by hughes_r, hughes_f, hughes_m, customer_id) as name_no,
        count(*) over () as name_count
    from {{ ref('int_rfm__scored') }}

),

sized as (

    select
        *,
        cast(floor(name_count * {{ var('hughes_test_share') }}) as bigint) as test_size
    from numbered

)

select
    customer_id,
    cell,
    name_no,
    {{ as_of() }} as as_of_date
from sized
where name_no * test_size // nullif(name_count, 0) > (name_no - 1) * test_size // nullif(name_count, 0)
