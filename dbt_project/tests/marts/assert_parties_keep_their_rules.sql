-- Sources break the rules of the three-party model (S055), so this warns; the rows are in party_rule_breaches.
{{ config(severity='warn') }}

select
    rule_no,
    rule,
    count(*) as breach_count
from {{ ref('party_rule_breaches') }}
group by rule_no, rule
