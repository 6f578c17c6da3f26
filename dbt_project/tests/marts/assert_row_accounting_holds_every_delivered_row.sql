-- Delivered rows are kept, repeated, in conflict or older, and none of the four is negative.
select *
from {{ ref('row_accounting') }}
where
    delivered_rows <> kept_rows + duplicate_rows + conflicting_rows + older_rows
    or least(kept_rows, duplicate_rows, conflicting_rows, older_rows) < 0
