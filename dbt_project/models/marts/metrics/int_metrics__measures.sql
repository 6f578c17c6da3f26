-- One long table of the sums that metrics divide. A new measure is a line here, a new metric a row of the seed metrics.
{{ metric_sums(ref('daily_sales'), 'sold_on', {
    'net_sales': 'sum(net_base)',
    'sales': 'sum(sales_base)',
    'returns': 'sum(returns_base)',
    'orders': 'sum(order_count)',
    'known_orders': 'sum(order_count - unlinked_order_count)',
}, channel='channel_group') }}
union all
{{ metric_sums(ref('fct_orders'), 'ordered_on', {
    'purchases': 'count(*)',
    'buying_customers': 'count(distinct customer_id)',
}, "not is_cancelled and positive_line_count > 0 and customer_id is not null", channel='channel_group') }}
union all
{{ metric_sums(ref('customer_rfm'), 'first_purchase_on', {'new_customers': 'count(*)'}) }}
union all
{{ metric_sums(ref('fct_surveys'), 'answered_on', {
    'nps_points': "sum(case nps_group when 'promoter' then 100 when 'detractor' then -100 else 0 end)",
    'nps_answers': 'count(*)',
}, "nps_group is not null") }}
union all
{{ metric_sums(ref('fct_tickets'), 'opened_on', {'complaints': 'count(*)'}, "ticket_kind = 'complaint'") }}
union all
{{ metric_sums(ref('fct_web_sessions'), 'started_on', {
    'sessions': 'count(*)',
    'buying_sessions': 'count(*) filter (where purchase_count > 0)',
}) }}
union all
{{ metric_sums(ref('fct_marketing_spend'), 'spent_on', {'spend': 'sum(cost_base)'}) }}
union all
{{ metric_sums(ref('fct_opportunities'), 'closed_on', {
    'won_deals': "count(*) filter (where outcome = 'won')",
    'closed_deals': 'count(*)',
}, "closed_on is not null and outcome in ('won', 'lost')") }}
