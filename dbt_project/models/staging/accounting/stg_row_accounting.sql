with raw_counts as (

    {% for stream in contract() %}
    select
        '{{ stream }}' as stream,
        _system as system,
        count(*) as raw_rows
    from {{ source('raw', stream) }}
    group by _system
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

staged as (

    {% for stream, spec in contract().items() if stream != 'events' %}
    select
        '{{ stream }}' as stream,
        system,
        sum(_delivered_rows) as delivered_rows,
        sum(_delivered_rows - 1) as superseded_rows,
        sum(_duplicate_rows) as duplicate_rows,
        sum(_conflicting_rows) as conflicting_rows,
        {{ 'sum(sign(line_occurrence - 1))' if stream in ('order_lines', 'returns') else '0' }} as equal_lines_kept
    from {{ ref('stg_' ~ spec.domain ~ '__' ~ stream) }}
    group by system
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- The view over events is not read whole: few keys came more than once, and few events lie after as_of.
repeated_events as (

    select
        _system as system,
        sum(_delivered_rows - 1) as superseded_rows,
        sum(_duplicate_rows) as duplicate_rows,
        sum(_conflicting_rows) as conflicting_rows
    from {{ ref('stg_web__events_repeated') }}
    where {{ local_date('occurred_at', '_zone') }} <= {{ as_of() }}
    group by _system

),

later_events as (

    select
        _system as system,
        sum(_delivered_rows) as later_rows
    from ({{ latest_version('events', winners=ref('stg_web__events_repeated')) }}) as latest
    where occurred_at >= {{ as_of() }} and {{ local_date('occurred_at', '_zone') }} > {{ as_of() }}
    group by _system

),

accounts as (

    select
        raw_counts.stream,
        raw_counts.system,
        raw_counts.raw_rows,
        case
            when raw_counts.stream = 'events' then coalesce(later_events.later_rows, 0)
            else raw_counts.raw_rows - coalesce(staged.delivered_rows, 0)
        end as later_rows,
        coalesce(staged.superseded_rows, repeated_events.superseded_rows, 0) as superseded_rows,
        coalesce(staged.duplicate_rows, repeated_events.duplicate_rows, 0) as duplicate_rows,
        coalesce(staged.conflicting_rows, repeated_events.conflicting_rows, 0) as conflicting_rows,
        coalesce(staged.equal_lines_kept, 0) as equal_lines_kept
    from raw_counts
    left join staged on raw_counts.stream = staged.stream and raw_counts.system = staged.system
    left join repeated_events on case when raw_counts.stream = 'events' then raw_counts.system end = repeated_events.system
    left join later_events on case when raw_counts.stream = 'events' then raw_counts.system end = later_events.system

),

final as (

    select
        stream,
        system,
        raw_rows,
        cast(raw_rows - later_rows - superseded_rows as bigint) as kept_rows,
        cast(duplicate_rows as bigint) as duplicate_rows,
        cast(superseded_rows - duplicate_rows - conflicting_rows as bigint) as older_rows,
        cast(conflicting_rows as bigint) as conflicting_rows,
        cast(later_rows as bigint) as later_rows,
        cast(equal_lines_kept as bigint) as equal_lines_kept
    from accounts

)

select * from final
