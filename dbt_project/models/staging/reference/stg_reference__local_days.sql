with zones as (

    {% for stream in [
        'orders', 'order_lines', 'returns', 'events', 'engagements', 'contacts', 'tickets', 'campaign_contacts', 'customers'
    ] %}
    select _zone as zone
    from {{ source('raw', stream) }}
    group by _zone
    {% if not loop.last %}union{% endif %}
    {% endfor %}

),

days as (

    select * from {{ ref('stg_reference__days') }}

),

edges as (

    select
        zones.zone,
        days.day_on as utc_on,
        cast(days.day_on as timestamp) as utc_from,
        {{ local_time('cast(days.day_on as timestamp)', 'zones.zone') }} as local_from,
        {{ local_time("cast(days.day_on as timestamp) + interval '1' day", 'zones.zone') }} as local_to
    from zones
    cross join days
    where zones.zone is not null

),

final as (

    select
        zone,
        utc_on,
        cast(local_from as date) as starts_as,
        utc_from + (cast(cast(local_to as date) as timestamp) - local_from) as turns_at,
        cast(local_to as date) as ends_as
    from edges
    where local_to - local_from = interval '1' day

)

select * from final
