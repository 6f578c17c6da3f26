-- Cutoffs are counted back from as_of, so that the newest is as_of itself: what a model is trained on is what it scores by.
select
    date_on as cutoff_on,
    date_on - 365 as year_from_on,
    date_on = {{ as_of() }} as is_scoring
from {{ ref('dim_dates') }}
where
    date_on >= {{ as_of() }} - {{ var('feature_step_days') }} * {{ var('feature_cutoffs') }}
    and mod({{ date_diff_days('date_on', as_of()) }}, {{ var('feature_step_days') }}) = 0
