{# -ln of Chernoff's upper bound of P(X >= k) for X ~ Binomial(n, p), 0 where k is not above its mean: an exact tail would need
   lgamma, which engines lack; the bound is never smaller than the tail, so that nobody is suspected too easily. 0 < p; n may be 0. #}
{% macro binomial_evidence(k, n, p) -%}
    case
        when {{ k }} <= {{ n }} * {{ p }} then 0.0
        when {{ k }} = {{ n }} then -{{ n }} * ln({{ p }})
        else
            {{ k }} * ln({{ k }} / ({{ n }} * {{ p }}))
            + ({{ n }} - {{ k }}) * ln(({{ n }} - {{ k }}) / ({{ n }} * (1.0 - {{ p }})))
    end
{%- endmacro %}

{# CTE `name`: rows of `source` with p_value, and is_discovered at the false discovery rate of the seed (Benjamini and
   Hochberg 1995): all rows up to the largest p_value that is at most rate x its rank / number of rows. #}
{% macro discoveries(name, source) -%}
{{ name }}_ranked as (

    select
        {{ source }}.*,
        count(*) over (order by {{ source }}.p_value) as tested_up_to,
        count(*) over () as tested
    from {{ source }}

),

{{ name }} as (

    select
        {{ name }}_ranked.*,
        coalesce(tested_up_to <= max(
            case when p_value * tested <= {{ detector('false_discovery_rate') }} * tested_up_to then tested_up_to end
        ) over (), false) as is_discovered
    from {{ name }}_ranked

)
{%- endmacro %}

{# A threshold of the seed identity_detectors, as a scalar. #}
{% macro detector(parameter) -%}
    (select thresholds.value from {{ ref('identity_detectors') }} as thresholds where thresholds.parameter = '{{ parameter }}')
{%- endmacro %}
