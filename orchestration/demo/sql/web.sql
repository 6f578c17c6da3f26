--> base/visits_$month.parquet | month | after baskets
-- Three kinds of visits: the one that ends in a purchase, up to three before it that prepared it (one of them caused
-- it: truth/attribution), and browsing, which thins out in the 90 days before a customer is lost. No visit touches the
-- hour that the clocks change in, nor midnight.
with buyer as (
    select o.oid, i, o.moment, o.d, o.n_lines, o.account_ref, o.order_ref, p.home, p.country, o.region, p.taste, least(poisson(1.1, u(oid, 'touches')), 3) as n_touches
    from read_parquet('$base/baskets_$month.parquet') o join read_parquet('$base/people_*.parquet') p using (i) where o.system = 'shop'
), touch as (
    select *, unnest(range(n_touches + 1)) as t, upto(u(oid, 'cause'), n_touches + 1) as cause from buyer
), surfer as (
    select *, poisson(if(churn_day < $day, 0.04, 0.47), u(i * 24 + $m, 'visits')) as n
    from read_parquet('$base/people_*.parquet') where is_online and join_day - 60 < $day + $days
), browse as (
    select * exclude (k, n), 100000000000 + (i * 24 + $m) * 8 + k as sid, $day + upto(u((i * 24 + $m) * 8 + k, 'visit day'), $days) as d
    from (select *, unnest(range(n)) as k from surfer where n > 0)
), visit as (
    select oid * 8 + t as sid, i, home, region, country, taste, if(t = 0, 'purchase', 'touch') as kind, order_ref, account_ref, t = cause as is_cause, t = 0 and account_ref is not null as logged_in,
        if(t = 0, 4 + n_lines, 2 + poisson(2.0, u(oid * 8 + t, 'events'))) as n_events,
        if(t = 0, moment - to_seconds((3 + n_lines) * 67 + 20), day_of(greatest(d - 1 - upto(u(oid * 8 + t, 'before'), 20), $day))
            + to_seconds(7800 + upto(u(oid * 8 + t, 'hour'), if(d = $day, 19000, 76500)))) as moment, d,
        if(t = 0, order_device(oid), upto(u(oid * 8 + t, 'device') ** 1.6, 3)) as device,
        case when t = cause then pick(if(region = 'CN', getvariable('cause_cn'), getvariable('cause_uk')), u(oid, 'cause channel'))
            else pick(if(region = 'CN', getvariable('path_cn'), getvariable('path_uk')), u(oid * 8 + t, 'channel')) end as channel
    from touch
    union all
    select sid, i, home, region, country, taste, 'browse', null, if(has_shop and d >= join_day, shop_ref(i, 0), null), false, has_shop and d >= join_day and u(sid, 'login') < 0.35,
        2 + poisson(2.9, u(sid, 'events')), day_of(d) + to_seconds(7800 + upto(u(sid, 'hour') ** 0.7, 76500)), d, upto(u(sid, 'device') ** 1.6, 3),
        pick(if(region = 'CN', getvariable('browse_cn'), getvariable('browse_uk')), u(sid, 'channel'))
    from browse where d >= join_day - 60 and (d < churn_day - 90 or d > churn_day or u(sid, 'fades') < (churn_day - d) / 90.0)
)
select visit.* exclude (channel), channel, if(device = 1 and home <> i and u(home, 'tablet') < 0.4, home, i) as device_of, source, medium, campaign, referrer
from visit join channels using (channel) order by sid;
--> demo/web/events_$month.parquet | month | after visits
with event as (
    select *, unnest(range(n_events)) as e from read_parquet('$base/visits_$month.parquet')
), told as (
    select *, moment + to_seconds(e * 47 + upto(u(sid * 16 + e, 'pause'), 40)) as happened,
        case when kind = 'purchase' and e = n_events - 1 then 'purchase' when kind = 'purchase' and e = n_events - 2 then 'checkout'
            when kind = 'purchase' and e = n_events - 3 then 'add_to_cart' when e = 0 then 'page_view'
            else pick(['product_view', 'product_view', 'product_view', 'product_view', 'search', 'page_view', 'page_view', 'product_view', 'product_view', 'add_to_cart'], u(sid * 16 + e, 'type')) end as type,
        if(u(sid * 16 + e, 'own') < 0.6, taste, upto(u(sid * 16 + e, 'cat'), 8)) * 60 + upto(u(sid * 16 + e, 'product') ** 1.8, 60) as p
    from event
)
select lower(to_hex(h(sid * 16 + e, 'event'))) as event_id, visitor(device_of, device) as visitor_id, if(logged_in or (kind = 'purchase' and e >= n_events - 2), account_ref, null) as user_id, type as event,
    case type when 'product_view' then '/p/' || sku when 'add_to_cart' then '/p/' || sku when 'search' then '/search' when 'checkout' then '/checkout' when 'purchase' then '/thanks'
        else if(e = 0, pick(['/', '/', '/sale', '/new'], u(sid, 'landing')), pick(['/c/kitchen', '/c/dining', '/c/bedroom', '/delivery', '/about'], u(sid * 16 + e, 'page'))) end as page,
    if(e = 0, referrer, null) as referrer, if(e = 0, source, null) as utm_source, if(e = 0, medium, null) as utm_medium, if(e = 0, campaign, null) as utm_campaign,
    if(type in ('product_view', 'add_to_cart'), sku, null) as sku, if(type = 'purchase', order_ref, null) as order_no,
    if(type = 'search', lower(split_part(name, ' ', 2)), null) as query, 4 + upto(u(sid * 16 + e, 'dwell') ** 2, 176) as seconds, ['desktop', 'mobile', 'app'][device + 1] as device, country, happened as "time"
from told join products using (p) order by sid, e;
--> demo/web/identifies_$month.csv | month | after visits
-- Said at every purchase, and at half of the visits of somebody who is logged in.
select visitor(device_of, device) as anonymous_id, if(kind = 'purchase' or logged_in, account_ref, null) as user_id,
    if(account_ref is null or u(sid, 'mail too') < 0.2, record_email(sid, email, new_email, home_email, 0.0, d > 500 and new_email is not null), null) as email, moment + interval 40 second as said_at
from read_parquet('$base/visits_$month.parquet') join read_parquet('$base/people_*.parquet') using (i)
where kind = 'purchase' or (logged_in and u(sid, 'says') < 0.5) order by sid;
