{%- for stream, spec in contract().items() %}
select
    '{{ stream }}' as stream,
    {{ '_system' if stream == 'events' else 'system' }} as system,
    concat(
        {% for part in spec.key %}
        coalesce(cast({{ part }} as varchar), ''){{ ", ' | '," if not loop.last }}
        {% endfor %}
    ) as record_key,
    _delivered_rows as delivered_rows,
    _conflicting_rows as conflicting_rows,
    _delivery_id as winner_delivery_id
from {{ ref('stg_web__events_repeated') if stream == 'events' else ref('stg_' ~ spec.domain ~ '__' ~ stream) }}
where _conflicting_rows > 0
{% if not loop.last %}union all{% endif %}
{%- endfor %}
