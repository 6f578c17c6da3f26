"""Money from layer to layer: each tie says that two queries give the same rows and the same amount, part by part.

Every query returns (part, row_count, amount) with amounts as DECIMAL, so equality is exact. A layer may only leave
out what the tie itself names: rows after the last day, orphans without any date. `:day` stands for the last day.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tie:
    """`before` and `after` are SQL; the tie is judged where its tables exist (the suites miss a missing one)."""

    name: str
    says: str
    before: str
    after: str
    tables: tuple[str, ...]


# Orders that came in one delivery with one version say in raw exactly what staging must hold. Of the others staging
# keeps one version of each line, which the tie of delivered rows counts.
_SIMPLE_ORDERS = """
    select _system, order_ref
    from raw.order_lines
    group by _system, order_ref
    having count(distinct _delivery_id) = 1
        and count(distinct line_ref) + count(*) filter (where line_ref is null) = count(*)
        and count(distinct ordered_at) <= 1
"""

# Orders whose lines lie before and after the last day: staging holds a part of them.
_CUT_ORDERS = """
    select _system, order_ref
    from raw.order_lines
    group by _system, order_ref
    having count(distinct ordered_at) > 1 and max(ordered_at) >= timestamp ':day'
"""

TIES = (
    Tie(
        "order lines: every raw row reaches staging",
        "raw rows up to the last day = rows that staging says it merged",
        f"""
        select l._system, count(*), 0::decimal(38, 4)
        from raw.order_lines as l
        left join (select distinct system, order_ref from staging.stg_sales__order_lines) as s
            on l._system = s.system and l.order_ref = s.order_ref
        left join (select _system, order_ref, max(ordered_at) as ordered_at from raw.orders group by all) as o
            on l._system = o._system and l.order_ref = o.order_ref
        anti join ({_CUT_ORDERS}) as cut on l._system = cut._system and l.order_ref = cut.order_ref
        where s.order_ref is not null or coalesce(coalesce(o.ordered_at, l.ordered_at) < timestamp ':day', true)
        group by l._system
        """,
        f"""
        select s.system, sum(s._delivered_rows)::bigint, 0::decimal(38, 4)
        from staging.stg_sales__order_lines as s
        anti join ({_CUT_ORDERS}) as cut on s.system = cut._system and s.order_ref = cut.order_ref
        group by s.system
        """,
        ("raw.order_lines", "staging.stg_sales__order_lines"),
    ),
    Tie(
        "order lines: value of raw = value of staging",
        "quantity × unit price - discount of orders that came once, by system",
        f"""
        select l._system, count(*),
            sum(l.quantity::decimal(38, 4) * l.unit_price - coalesce(l.discount_amount, 0))::decimal(38, 8)
        from raw.order_lines as l
        semi join ({_SIMPLE_ORDERS}) as o on l._system = o._system and l.order_ref = o.order_ref
        semi join staging.stg_sales__order_lines as s on l._system = s.system and l.order_ref = s.order_ref
        group by l._system
        """,
        f"""
        select s.system, count(*),
            sum(s.quantity::decimal(38, 4) * s.unit_price - coalesce(s.discount_amount, 0))::decimal(38, 8)
        from staging.stg_sales__order_lines as s
        semi join ({_SIMPLE_ORDERS}) as o on s.system = o._system and s.order_ref = o.order_ref
        group by s.system
        """,
        ("raw.order_lines", "staging.stg_sales__order_lines"),
    ),
    Tie(
        "orders: keys and stated totals of raw = staging",
        "orders up to the last day by system; their stated total where it came only once",
        """
        select _system, count(*), sum(amount) from (
            select r._system, r.order_ref, case when count(*) = 1 then any_value(r.total_amount) end as amount
            from raw.orders as r
            left join staging.stg_sales__orders as s on r._system = s.system and r.order_ref = s.order_ref
            group by r._system, r.order_ref
            having count(s.order_ref) > 0 or max(r.ordered_at) < timestamp ':day'
        ) group by _system
        """,
        """
        select system, count(*), sum(total_amount) filter (where _delivered_rows = 1)
        from staging.stg_sales__orders group by system
        """,
        ("raw.orders", "staging.stg_sales__orders"),
    ),
    Tie(
        "returns: amounts of staging = amounts of core",
        "refunds in their own currency, by system",
        """
        select system || ' ' || coalesce(currency, '?'), count(*), sum(amount)::decimal(38, 4)
        from staging.stg_sales__returns group by 1
        """,
        """
        select system || ' ' || coalesce(currency, '?'), count(*), sum(amount)::decimal(38, 4)
        from core.fct_returns group by 1
        """,
        ("staging.stg_sales__returns", "core.fct_returns"),
    ),
    Tie(
        "order lines: value of staging = value of core",
        "quantity × unit price - discount in their own currency, by system; lines without any date are left out",
        """
        select l.system, count(*),
            sum(l.quantity::decimal(38, 4) * l.unit_price - coalesce(l.discount_amount, 0))::decimal(38, 4)
        from staging.stg_sales__order_lines as l
        left join staging.stg_sales__orders as o on l.system = o.system and l.order_ref = o.order_ref
        where coalesce(o.ordered_on, l.ordered_on) is not null
        group by l.system
        """,
        "select system, count(*), sum(line_amount)::decimal(38, 4) from core.fct_order_lines group by system",
        ("staging.stg_sales__order_lines", "core.fct_order_lines"),
    ),
    Tie(
        "orders: value of lines = value of orders",
        "gross value in base currency and number of lines, by system",
        "select system, count(*), sum(gross_base)::decimal(38, 4) from core.fct_order_lines group by system",
        "select system, sum(line_count)::bigint, sum(gross_base)::decimal(38, 4) from core.fct_orders group by system",
        ("core.fct_order_lines", "core.fct_orders"),
    ),
    Tie(
        "orders: refunds = refunds of orders",
        "deducted refunds of known orders in base currency",
        """
        select 'all', 0, coalesce(sum(deducted_base), 0)::decimal(38, 4) from core.fct_returns
        where order_id in (select order_id from core.fct_orders)
        """,
        "select 'all', 0, coalesce(sum(returns_base), 0)::decimal(38, 4) from core.fct_orders",
        ("core.fct_returns", "core.fct_orders"),
    ),
)
