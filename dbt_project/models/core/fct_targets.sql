select
    targets.system || ':' || targets.subject_kind || ':' || targets.subject_ref || ':' || targets.measure || ':'
    || cast(targets.period_start as varchar) as target_id,
    targets.system,
    targets.subject_kind,
    targets.subject_ref,
    targets.measure,
    targets.period_start,
    targets.period_end,
    targets.target_value,
    targets.currency,
    case when targets.measure = 'revenue' then targets.target_value_base else targets.target_value end as target_value_base
from {{ ref('stg_sales__targets') }} as targets
where targets.period_start <= {{ as_of() }}
