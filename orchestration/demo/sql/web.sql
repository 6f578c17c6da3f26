--> base/visits_$group.parquet | group | after baskets
-- Three kinds of visits: the one that ends in a purchase, up to three before it that prepared it (one of them caused
-- it: truth/attribution), and browsing, which thins out in the 90 days before a customer is lost. No visit touches the
-- hour that the clocks change in, nor midnight.
with buyer as (
    select o.oid, i, o.m, first, o.moment, o.d, o.n_lines, o.account_ref, o.order_ref, p.home, p.country, o.region, p.taste, least(poisson(1.1, u(oid, 'touches')), 3) as n_touches
    from read_parquet('$base/baskets_$group.parquet') o join read_parquet('$base/people_*.parquet') p using (i) join months using (m) where o.system = 'shop'
), touch as (
    select *, unnest(range(n_touches + 1)) as t, upto(u(oid, 'cause'), n_touches + 1) as cause from buyer
), surfer as (
    select *, poisson(if(churn_day < first, 0.04, 0.47), u(i * 24 + m, 'visits')) as n
    from read_parquet('$base/people_*.parquet') cross join months
    where m between $from and $to and is_online and join_day - 60 < first + days
), browse as (
    select * exclude (k, n), 100000000000 + (i * 24 + m) * 8 + k as sid, first + upto(u((i * 24 + m) * 8 + k, 'visit day'), days) as d
    from (select *, unnest(range(n)) as k from surfer where n > 0)
), visit as (
    select oid * 8 + t as sid, i, m, home, region, country, taste, if(t = 0, 'purchase', 'touch') as kind, order_ref, account_ref, t = cause as is_cause, t = 0 and account_ref is not null as logged_in,
        if(t = 0, 4 + n_lines, 2 + poisson(2.0, u(oid * 8 + t, 'events'))) as n_events,
        if(t = 0, moment - to_seconds((3 + n_lines) * 47 + 30), day_of(greatest(d - 1 - upto(u(oid * 8 + t, 'before'), 20), first))
            + to_seconds(7800 + upto(u(oid * 8 + t, 'hour'), if(d = first, 19000, 76500)))) as moment, d,
        if(t = 0, order_device(oid), upto(u(oid * 8 + t, 'device') ** 1.6, 3)) as device,
        case when t = cause then pick(if(region = 'CN', getvariable('cause_cn'), getvariable('cause_uk')), u(oid, 'cause channel'))
            else pick(if(region = 'CN', getvariable('path_cn'), getvariable('path_uk')), u(oid * 8 + t, 'channel')) end as channel
    from touch
    union all
    select sid, i, m, home, region, country, taste, 'browse', null, if(has_shop and d >= join_day, shop_ref(i, 0), null), false, has_shop and d >= join_day and u(sid, 'login') < 0.35,
        2 + poisson(2.9, u(sid, 'events')), day_of(d) + to_seconds(7800 + upto(u(sid, 'hour') ** 0.7, 76500)), d, upto(u(sid, 'device') ** 1.6, 3),
        pick(if(region = 'CN', getvariable('browse_cn'), getvariable('browse_uk')), u(sid, 'channel'))
    from browse where d >= join_day - 60 and (d < churn_day - 90 or d > churn_day or u(sid, 'fades') < (churn_day - d) / 90.0)
)
select visit.* exclude (channel), channel, visitor(if(device = 1 and home <> i and u(home, 'tablet') < 0.4, home, i), device) as visitor_id,
    ['desktop', 'mobile', 'app'][device + 1] as device_name, pick(['/', '/', '/sale', '/new'], u(sid, 'landing')) as landing, source, medium, campaign, referrer
from visit join channels using (channel);
--> demo/web/events_$month.parquet | month | after visits
-- One 64-bit draw an event, cut into slices: this is the widest stream, and hashing is what it costs.
with event as (
    select *, unnest(range(n_events)) as e from read_parquet('$base/visits_$group.parquet')
), drawn as (
    select *, h(sid * 16 + e, 'event') as r from event
), told as (
    select *, case when kind = 'purchase' and e >= n_events - 3 then ['add_to_cart', 'checkout', 'purchase'][e - n_events + 4] when e = 0 then 'page_view'
            else ['product_view', 'search', 'page_view', 'product_view', 'page_view', 'product_view', 'add_to_cart', 'product_view'][1 + (r & 7)::int] end as type,
        if((r >> 3) & 15 < 9, taste, ((r >> 7) & 7)::int) * 60 + floor(60 * (((r >> 10) & 65535)::double / 65536) ** 1.8)::int as p
    from drawn
)
select m, (hash(r) >> 1)::bigint as event_id, visitor_id, if(logged_in or (kind = 'purchase' and e >= n_events - 2), account_ref, null) as user_id, type as event,
    case when type in ('product_view', 'add_to_cart') then path when type = 'search' then '/search' when type = 'checkout' then '/checkout' when type = 'purchase' then '/thanks'
        when e = 0 then landing else ['/c/kitchen', '/c/dining', '/c/bedroom', '/delivery', '/about', '/stores', '/blog', '/new'][1 + ((r >> 26) & 7)::int] end as page,
    if(e = 0, referrer, null) as referrer, if(e = 0, source, null) as utm_source, if(e = 0, medium, null) as utm_medium, if(e = 0, campaign, null) as utm_campaign,
    if(type in ('product_view', 'add_to_cart'), sku, null) as sku, if(type = 'purchase', order_ref, null) as order_no, if(type = 'search', term, null) as query,
    4 + floor(176 * (((r >> 30) & 65535)::double / 65536) ** 2)::int as seconds, device_name as device, country, moment + to_seconds(e * 47 + ((r >> 46) & 31)) as "time"
from told join (select p, sku, '/p/' || sku as path, lower(split_part(name, ' ', 2)) as term from products) using (p);
--> demo/web/identifies_$month.csv | month | after visits
-- Said at every purchase, and at half of the visits of somebody who is logged in.
select m, visitor_id as anonymous_id, if(kind = 'purchase' or logged_in, account_ref, null) as user_id,
    if(account_ref is null or u(sid, 'mail too') < 0.2, record_email(sid, email, new_email, home_email, 0.0, d > 500 and new_email is not null), null) as email, moment + interval 40 second as said_at
from read_parquet('$base/visits_$group.parquet') join read_parquet('$base/people_*.parquet') using (i)
where kind = 'purchase' or (logged_in and u(sid, 'says') < 0.5);
--> demo/web/ad_spend.csv | once
-- Paid channels by day. Costs follow the trade; clicks are bought whether or not they ever convert.
select strftime(day_of(n), '%Y-%m-%d') as day, source, medium, campaign, floor($customers / 10000.0 * impressions * level)::int as impressions, floor($customers / 10000.0 * impressions * level * rate)::int as clicks,
    cast(greatest(0.01, $customers / 10000.0 * impressions * level * rate * click) as decimal(12, 2)) as cost, if(channel >= 10, 'CNY', 'GBP') as currency
from (select *, 0.7 + 0.6 * u(n * 32 + channel, 'spend') as wave, if(channel >= 10, season_cn, season) * (0.7 + 0.6 * u(n * 32 + channel, 'spend')) as level from range(730) r(n) join months on n between first and first + days - 1,
    (values (2, 900, 0.045, 0.62), (4, 2600, 0.011, 0.48), (7, 5200, 0.004, 0.55), (8, 4100, 0.006, 0.42), (12, 500, 0.04, 3.10), (14, 900, 0.012, 2.40), (15, 1500, 0.007, 2.90)) t(channel, impressions, rate, click))
join channels using (channel)
union all select strftime(day_of(first), '%Y-%m-%d'), 'print', 'magazine', 'autumn', null, null, cast($customers / 10000.0 * 1200 as decimal(12, 2)), 'GBP' from months where m % 6 = 2
order by day, source, medium;
