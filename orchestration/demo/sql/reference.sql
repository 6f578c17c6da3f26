--> demo/reference/fx_2024-07-01_2026-06-30.csv | once
-- Daily rates into pounds: a slow wave and a small daily noise around 9.2 CNY and 1.17 EUR to the pound. Week-ends are
-- missing, as at a central bank: the last rate before counts.
select currency as "Currency", 'GBP' as "To", strftime(day, '%Y-%m-%d') as "Date",
    cast(round(level * (1 + 0.03 * sin(n / 90.0 + phase) + 0.004 * z(n * 4 + phase::int, 'rate')), 4) as decimal(10, 4)) as "Rate"
from (values ('CNY', 0.1090, 0), ('EUR', 0.8550, 2)) c(currency, level, phase), (select n, day_of(n) as day from range(-2, 730) r(n))
where isodow(day) < 6 order by currency, n;
