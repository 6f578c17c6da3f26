select
    day_on as date_on,
    cast(extract(year from day_on) as integer) as year_no,
    cast(extract(quarter from day_on) as integer) as quarter_no,
    cast(extract(month from day_on) as integer) as month_no,
    cast(date_trunc('month', day_on) as date) as month_on,
    cast(date_trunc('week', day_on) as date) as week_on,
    cast(extract(isodow from day_on) as integer) as weekday_no,
    extract(isodow from day_on) >= 6 as is_weekend
from {{ ref('stg_reference__days') }}
where day_on <= {{ as_of() }}
