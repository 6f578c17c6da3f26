{#-
    One row per system and natural key of raw.<stream>: the newest version, and of several payloads with that version the one with
    the greatest content hash. When and with which delivery a row came decides nothing. Keys that came once pass through unsorted;
    `winners` names a relation that already holds the winning rows of the others.
-#}
{% macro latest_version(stream, where='true', winners=none) -%}
    {%- set contract = contract_of(stream) -%}
    {%- set columns = contract.columns | join(', ') -%}
    {%- set key_hash = row_hash(contract.key) -%}
    with repeated as (
        {% if winners %}select * from {{ winners }}{% else %}{{ repeated_winners(stream, where) }}{% endif %}
    )
    select {{ columns }}, 1 as _delivered_rows, 0 as _duplicate_rows, 0 as _conflicting_rows
    from {{ source('raw', stream) }}
    left join (select distinct {{ key_hash }} as repeated_hash from repeated) as hashes on {{ key_hash }} = hashes.repeated_hash
    where {{ where }} and hashes.repeated_hash is null
    union all
    select {{ columns }}, _delivered_rows, _duplicate_rows, _conflicting_rows from repeated
{%- endmacro %}

{#-
    The winning rows of the keys that occur more than once (or whose hash does). Equal rows of a delivery are counted before anything is
    ranked: a feed that reads customers out of order lines brings each of them a hundred times.
-#}
{% macro repeated_winners(stream, where='true') -%}
    {%- set contract = contract_of(stream) -%}
    {%- set key_hash = row_hash(contract.key) -%}
    {%- set told_apart = contract.columns | reject('eq', '_record_no') | join(', ') -%}
    {%- set rivals -%}
        (
            select {{ contract.columns | join(', ') }}, _copies, {{ content_hash(contract.payload) }} as _content_hash
            from (
                select {{ told_apart }}, max(_record_no) as _record_no, count(*) as _copies
                from {{ source('raw', stream) }}
                where {{ where }} and {{ key_hash }} in (
                    select {{ key_hash }} from {{ source('raw', stream) }} where {{ where }} group by 1 having count(*) > 1
                )
                group by {{ told_apart }}
            ) as counted
        ) as rivals
    {%- endset -%}
    {{ winners(rivals, contract.key, contract.columns, copies='_copies') }}
{%- endmacro %}
