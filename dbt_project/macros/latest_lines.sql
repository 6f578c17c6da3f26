{#-
    latest_version for streams whose line may have no number. Such a line is named by its content and, among equal lines of one delivery
    and version, by its place in the count: equal lines of one delivery stay, and the n-th of them is the n-th in every other delivery.
    So an order holds as many equal lines as the delivery that shows most of them, however often and in whatever order it comes.
-#}
{% macro latest_lines(stream, parent) -%}
    {%- set contract = contract_of(stream) -%}
    {%- set columns = contract.columns + ['line_occurrence'] -%}
    {%- set accounts = ['_delivered_rows', '_duplicate_rows', '_conflicting_rows'] -%}
    select {{ contract.columns | join(', ') }}, 1 as line_occurrence, {{ accounts | join(', ') }}
    from ({{ latest_version(stream, where='line_ref is not null') }}) as with_number
    union all
    select {{ (columns + accounts) | join(', ') }}
    from ({{ winners(lines_named_by_content(stream, parent), contract.key, columns) }}) as without_number
{%- endmacro %}

{% macro lines_named_by_content(stream, parent) -%}
    {%- set contract = contract_of(stream) -%}
    {%- set content = contract.payload | reject('in', [parent, 'line_ref', 'updated_at', '_extra']) | list -%}
    {%- set others = contract.columns | reject('eq', 'line_ref') | join(', ') -%}
    (
        select {{ others }}, _content_hash, line_occurrence, substr(_line_hash, 1, 16) || '-' || line_occurrence as line_ref
        from (
            select {{ others }}, _content_hash, _line_hash, row_number() over (
                partition by _system, {{ parent }}, _line_hash, _delivery_id, _version_at order by _content_hash
            ) as line_occurrence
            from (
                select {{ others }}, {{ content_hash(contract.payload) }} as _content_hash, {{ content_hash(content) }} as _line_hash
                from {{ source('raw', stream) }} where line_ref is null
            ) as hashed
        ) as counted
    ) as named
{%- endmacro %}
