select
    stream,
    system,
    raw_rows,
    kept_rows,
    duplicate_rows,
    older_rows,
    conflicting_rows,
    later_rows,
    equal_lines_kept,
    cast(1.0 * kept_rows / nullif(raw_rows, 0) as decimal(9, 6)) as kept_share
from {{ ref('int_row_accounting') }}
