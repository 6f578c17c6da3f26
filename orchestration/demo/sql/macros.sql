-- Draws are functions of (row, salt) alone: hash(hash(row, salt)) because one hash() joins its arguments by XOR.
create macro h(x, salt) as hash(hash(x, salt || '$seed'));
create macro u(x, salt) as (h(x, salt) >> 11)::double / 9007199254740992.0;
create macro z(x, salt) as (u(x, salt || 'a') + u(x, salt || 'b') + u(x, salt || 'c') - 1.5) * 2;
create macro pick(list, v) as list[1 + floor(v * len(list))::int];
create macro upto(v, n) as floor(v * n)::int;
create macro tails(e, l) as e * (1 + l * (1 + l / 2 * (1 + l / 3 * (1 + l / 4))));
-- Poisson by inversion, cut at 5 (the tail beyond it is below 0.1 % for every rate used here).
create macro poisson(l, v) as (v > exp(-l))::int + (v > exp(-l) * (1 + l))::int
    + (v > exp(-l) * (1 + l * (1 + l / 2)))::int + (v > exp(-l) * (1 + l * (1 + l / 2 * (1 + l / 3))))::int
    + (v > tails(exp(-l), l))::int;
create macro money(pence) as cast(pence as decimal(14, 0)) * 0.01::decimal(3, 2);
-- A one-to-one scramble below a prime: numbers of a source system that say nothing about the person behind them.
create macro number12(n, k) as lpad(((n * k + 618033) % 999999999989)::varchar, 12, '0');
create macro number8(n, k) as lpad(((n * k + 314159) % 99999989)::varchar, 8, '0');
create macro shop_ref(i, copy) as 'U' || number8(i * 2 + copy, 27644437);
create macro member_ref(i) as 'M' || number8(i, 39916801);
create macro person_ref(i) as 'P' || lpad(i::varchar, 8, '0');
create macro org_ref(j) as 'O' || lpad(j::varchar, 7, '0');
create macro key_ref(i) as 'P' || number8(i, 29999999);
create macro union_ref(i) as 'un' || lower(to_hex(h(i, 'union')));
create macro desk_ref(i) as 'D' || number8(i, 31415927);
create macro visitor(i, device) as 'v' || lpad(to_hex((i * 4 + device) * 2654435761 % 1099511627689), 10, '0');
create macro order_device(oid) as if(u(oid, 'device') < 0.8, 0, 2);
create macro card(region, i, n) as if(region = 'CN', '8610', '6335') || number12(i * 8 + n, 16180339887);
create macro holds_plan(x, is_company) as u(x, 'holds') < if(is_company, 0.7, 0.5);
create macro breaks_rule(x) as x % 30 = 4; -- the holder is every fifteenth company
create macro plan_ref(s) as 'N' || number12(s, 8675309);
create macro order_ref(system, oid) as
    case system when 'shop' then 'W' when 'pos' then 'R' else 'C' end || number12(oid, 2718281829);
create macro day_of(n) as date '2024-07-01' + n::int;

-- How a record spoils what its owner gave: chance by record (x) and field, so errors of two systems are independent.
create macro typo(s, x) as
    case upto(u(x, 'typo how'), 3)
        when 0 then left(s, 2) || substr(s, 4)
        when 1 then left(s, 1) || substr(s, 3, 1) || substr(s, 2, 1) || substr(s, 4)
        else left(s, 3) || substr(s, 3, 1) || substr(s, 4) end;
create macro record_email(x, e1, e2, home_email, p_missing, knows_new) as
    case
        when u(x, 'email none') < p_missing then null
        when u(x, 'email hot') < 0.012 then pick(getvariable('hot_emails'), u(x, 'email hot which'))
        when home_email is not null and u(x, 'email home') < 0.25 then home_email
        when u(x, 'email typo') < 0.02 then typo(if(knows_new, e2, e1), x)
        when u(x, 'email case') < 0.08 then upper(if(knows_new, e2, e1))
        else if(knows_new, e2, e1) end;
create macro spaced(region, p, x) as
    case when region = 'CN' then
        case upto(u(x, 'phone form'), 4)
            when 0 then '+86 ' || p when 1 then '86-' || left(p, 3) || '-' || substr(p, 4, 4) || '-' || substr(p, 8)
            when 2 then left(p, 3) || ' ' || substr(p, 4, 4) || ' ' || substr(p, 8) else p end
    when region = 'EU' then if(u(x, 'phone form') < 0.5, '+' || p, '00' || left(p, 2) || ' ' || substr(p, 3))
    else
        case upto(u(x, 'phone form'), 4)
            when 0 then '+44 ' || left(p, 4) || ' ' || substr(p, 5) when 1 then '0' || left(p, 4) || ' ' || substr(p, 5)
            when 2 then '(0' || left(p, 4) || ') ' || substr(p, 5, 3) || '-' || substr(p, 8) else '0' || p end end;
create macro record_phone(x, region, p1, p2, home_phone, p_missing, knows_new) as
    case
        when u(x, 'phone none') < p_missing then null
        when u(x, 'phone hot') < 0.012 then pick(getvariable('hot_phones'), u(x, 'phone hot which'))
        when home_phone is not null and u(x, 'phone home') < 0.3 then spaced(region, home_phone, x)
        when u(x, 'phone typo') < 0.015 then spaced(region, typo(if(knows_new, p2, p1), x), x)
        else spaced(region, if(knows_new, p2, p1), x) end;
create macro record_given(x, given, nick) as
    case
        when u(x, 'name nick') < 0.12 then nick
        when u(x, 'name initial') < 0.04 then left(given, 1)
        when u(x, 'name typo') < 0.025 and length(given) > 4 then typo(given, x)
        when u(x, 'name case') < 0.05 then upper(given)
        else given end;
create macro record_birth(x, born, p_missing) as
    case
        when u(x, 'birth none') < p_missing then null
        when u(x, 'birth default') < 0.01 then date '1900-01-01'
        when u(x, 'birth swap') < 0.015 and day(born) <= 12 then make_date(year(born), day(born), month(born))
        else born end;
create macro street_of(region, key) as
    if(region = 'CN', pick(getvariable('streets_cn'), u(key, 'street')) || (1 + upto(u(key, 'house'), 180)) || '号',
        (1 + upto(u(key, 'house'), 180)) || ' ' || pick(getvariable('streets'), u(key, 'street')));
create macro postcode_of(region, area, key) as
    case region when 'CN' then area || lpad(upto(u(key, 'post'), 100)::varchar, 2, '0')
        when 'UK' then area || (1 + upto(u(key, 'district'), 20)) || ' ' || upto(u(key, 'sector'), 10)
            || chr(65 + upto(u(key, 'post a'), 23)) || chr(65 + upto(u(key, 'post b'), 23))
        else area || lpad(upto(u(key, 'post'), 1000)::varchar, 3, '0') end;

-- What people write: the mood follows satisfaction with noise, and one text in fifteen says something else than it means.
create macro mood(x, satisfaction) as
    case when u(x, 'irony') < 0.065 then upto(u(x, 'irony which'), 3) - 1
        when satisfaction + 0.55 * z(x, 'mood') > 0.30 then 1 when satisfaction + 0.55 * z(x, 'mood') < -0.42 then -1 else 0 end;
create macro said(x, region, mood, noun) as
    case when region = 'CN' then
        case mood when 1 then replace(pick(getvariable('zh_good'), u(x, 'says')), '%', noun) when -1 then replace(pick(getvariable('zh_bad'), u(x, 'says')), '%', noun)
            else replace(pick(getvariable('zh_plain'), u(x, 'says')), '%', noun) end || pick(getvariable('zh_end'), u(x, 'ends'))
    else
        case mood when 1 then replace(pick(getvariable('en_good'), u(x, 'says')), '%', noun) when -1 then replace(pick(getvariable('en_bad'), u(x, 'says')), '%', noun)
            else replace(pick(getvariable('en_plain'), u(x, 'says')), '%', noun) end || pick(getvariable('en_end'), u(x, 'ends')) end;
