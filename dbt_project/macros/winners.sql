{#-
    The winning row per key of a relation that has `_content_hash`, with the account of what it won over: rows delivered for the key,
    exact duplicates among them, and other payloads that claim the winner's own version. The rest of the rows are older versions.
    `copies` is how many delivered rows a row of the relation stands for.
-#}
{% macro winners(relation, key, columns, copies='1') -%}
    {%- set by_key = 'partition by ' ~ key | join(', ') -%}
    select
        {{ columns | join(', ') }},
        _delivered_rows,
        _delivered_rows - (_payloads_up_to + _payloads_from - 1) as _duplicate_rows,
        _rival_rank - 1 as _conflicting_rows
    from (
        select
            {{ columns | join(', ') }},
            cast(sum({{ copies }}) over ({{ by_key }}) as bigint) as _delivered_rows,
            dense_rank() over ({{ by_key }} order by _content_hash) as _payloads_up_to,
            dense_rank() over ({{ by_key }} order by _content_hash desc) as _payloads_from,
            dense_rank() over ({{ by_key }}, _version_at order by _content_hash) as _rival_rank,
            row_number() over ({{ by_key }} order by _version_at desc, _content_hash desc, _delivery_id desc, _record_no desc) as _place
        from {{ relation }}
    ) as ranked
    where _place = 1
{%- endmacro %}
