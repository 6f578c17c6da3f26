select
    metric,
    metric_en,
    metric_zh,
    formula,
    basis,
    unit,
    better,
    is_additive,
    numerator,
    denominator,
    requirements
from {{ ref('metrics') }}
