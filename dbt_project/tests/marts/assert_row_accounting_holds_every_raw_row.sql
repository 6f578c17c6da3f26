-- Every raw row is kept, repeated, older, in conflict or later than as_of, and none of the five is negative.
select *
from {{ ref('row_accounting') }}
where
    raw_rows <> kept_rows + duplicate_rows + older_rows + conflicting_rows + later_rows
    or least(kept_rows, duplicate_rows, older_rows, conflicting_rows, later_rows) < 0
