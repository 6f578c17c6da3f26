{%- for stream, spec in contract().items() if spec.money %}
select
    '{{ stream }}' as stream,
    system,
    currency,
    count(*) as row_count
from {{ ref('stg_' ~ spec.domain ~ '__' ~ stream) }}
where
    false
    {% for column in spec.money %}
    or ({{ column }} is not null and {{ column }}_base is null)
    {% endfor %}
group by system, currency
{% if not loop.last %}union all{% endif %}
{%- endfor %}
