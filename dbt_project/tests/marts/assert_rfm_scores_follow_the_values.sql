-- Equal values have equal scores and a better value never a lower one; all scores are 1 to 5.
{% for value, score, better in [('r_days', 'r_score', 'desc'), ('f_count', 'f_score', 'asc'), ('m_total', 'm_score', 'asc')] %}
select '{{ score }}' as score_name, {{ value }} as value
from (
    select
        {{ value }},
        min({{ score }}) as lowest,
        max({{ score }}) as highest,
        lag(max({{ score }})) over (order by {{ value }} {{ better }}) as highest_before
    from {{ ref('customer_rfm') }}
    group by {{ value }}
) as scores
where lowest <> highest or lowest < highest_before or lowest < 1 or highest > 5
{% if not loop.last %}union all{% endif %}
{% endfor %}
