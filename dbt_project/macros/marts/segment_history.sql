{#- Amounts of a period that the history of segments adds up, and the one of which the newest counts. -#}
{% macro segment_amounts() -%}
    {{ return([
        'order_count', 'sales_base', 'discounted_count', 'online_count', 'weekend_count', 'order_count_12m', 'sales_base_12m',
        'returns_base', 'line_count', 'new_line_count', 'category_count', 'interval_count', 'interval_sum', 'interval_squares',
        'product_view_count', 'buying_session_count', 'session_count', 'engagement_count', 'ticket_count', 'complaint_count',
        'campaign_contact_count', 'campaign_response_count',
    ]) }}
{%- endmacro %}

{#- Relations that have some of the amounts, stacked by customer and end of the period; what one does not have is 0. -#}
{% macro segment_change_rows(parts) -%}
    {%- for part, columns in parts.items() %}
    select
        customer_id,
        {{ segment_period_end('changed_on') }} as seen_on,
        {% for amount in segment_amounts() -%}
        cast(sum({{ amount if amount in columns else 0 }}) as {{ 'decimal(18, 4)' if '_base' in amount else 'bigint' }}) as {{ amount }},
        {% endfor -%}
        max({{ 'visited_on' if 'visited_on' in columns else 'cast(null as date)' }}) as visited_on
    from {{ part }}
    where changed_on is not null
    group by customer_id, seen_on
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- The last day of the period of a day: segments are looked at once a month or once a quarter. -#}
{% macro segment_period_end(day) -%}
    {%- set step = setting('segment_ledger_step', ['month', 'quarter']) -%}
    cast({{ dbt.dateadd('day', -1, dbt.dateadd('month', 3 if 'quarter' in step else 1, "date_trunc(" ~ step ~ ", " ~ day ~ ")")) }} as date)
{%- endmacro %}

{#- Columns of segment_facts that come from attributes, of which nobody says since when they hold or are known. -#}
{% macro segment_attributes() -%}
    {{ return([
        'customer_kind', 'age_years', 'gender', 'income_band', 'occupation', 'education', 'language', 'country', 'region', 'city',
        'postal_code', 'interests', 'purchase_motive',
    ]) }}
{%- endmacro %}

{#- Columns of segment_facts whose past nobody keeps; a segmentation that reads one is in no ledger. -#}
{% macro segment_facts_without_past() -%}
    {{ return([
        'favourite_category', 'cycle_state', 'last_nps_group', 'abc_class', 'profit_tier', 'clv_margin_base', 'value_level',
        'potential_level', 'loyalty_level',
    ] + outlook_facts()) }}
{%- endmacro %}

{#- Columns of segment_facts that customer_outlook hands on. -#}
{% macro outlook_facts() -%}
    {{ return(['churn_probability', 'purchase_probability', 'p_alive', 'clv_margin_12m', 'margin_at_risk_12m', 'response_rate']) }}
{%- endmacro %}

{#- The segmentations to follow through time: rules that read something dated, and nothing without a past. -#}
{% macro segmentations_with_past() -%}
    {%- set kept = [] -%}
    {%- for each in segmentations() -%}
        {%- set dated = each.reads | reject('in', segment_attributes()) | list -%}
        {%- if dated and not (dated | select('in', segment_facts_without_past()) | list) -%}
            {%- do kept.append(each) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(kept) }}
{%- endmacro %}

{#- The segment of a customer in every segmentation with a past, as columns segment_1, segment_2 and so on. -#}
{% macro segment_history_columns() -%}
    {% for each in segmentations_with_past() -%}
    cast({{ each.expression }} as varchar) as segment_{{ loop.index }}{{ ',' if not loop.last }}
    {% endfor %}
{%- endmacro %}

{#- The same one period before, as columns previous_1 and so on, over a window called customer. -#}
{% macro segment_history_lags() -%}
    {% for each in segmentations_with_past() -%}
    lag(segment_{{ loop.index }}) over customer as previous_{{ loop.index }}{{ ',' if not loop.last }}
    {% endfor %}
{%- endmacro %}

{#- A row per segmentation and period in which the segment is not that of the period before; NULL is no segment. -#}
{% macro segment_history_changes(relation) -%}
    {% for each in segmentations_with_past() -%}
    select
        '{{ each.name }}' as segmentation, customer_id, seen_on,
        segment_{{ loop.index }} as segment, previous_{{ loop.index }} as previous_segment
    from {{ relation }}
    where segment_{{ loop.index }} is distinct from previous_{{ loop.index }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
{%- endmacro %}

{#- Whole years between a date of birth and a day. -#}
{% macro age_in_years(birth_date, day) -%}
    cast(floor((
        extract(year from {{ day }}) * 10000 + extract(month from {{ day }}) * 100 + extract(day from {{ day }})
        - extract(year from {{ birth_date }}) * 10000 - extract(month from {{ birth_date }}) * 100
        - extract(day from {{ birth_date }})
    ) / 10000.0) as integer)
{%- endmacro %}
