"""Cross-shop over the demo company: pairs mirror each other, and money is that of the lines."""

from tests.marts.company import Company


def test_a_pair_is_the_mirror_of_its_reverse(company: Company) -> None:
    found = company.query("""
        select count(*), count(*) filter (where a.both_count <> b.both_count or a.lift <> b.lift
            or a.sales_of_both_base <> b.other_sales_of_both_base or a.customer_count <> b.other_customer_count)
        from marts.cross_shop a join marts.cross_shop b
            on a.category_name = b.other_category_name and b.category_name = a.other_category_name""")
    assert found[0][0] > 100 and found[0][1] == 0


def test_customers_and_money_of_a_pair_are_those_of_the_lines(company: Company) -> None:
    by_hand = """select * from (
        with bought as (
            select customer_id, category_name, sum(line_amount_base) as money
            from core.fct_order_lines join core.fct_orders o using (order_id) join core.dim_products using (product_id)
            where customer_id is not null and not o.is_cancelled and o.positive_line_count > 0
                and line_kind = 'product' and line_amount > 0 and category_name is not null group by all)
        select a.category_name, b.category_name, count(*), sum(b.money)
        from bought a join bought b on a.customer_id = b.customer_id and a.category_name <> b.category_name
        group by all)"""
    told = """
        select category_name, other_category_name, both_count, other_sales_of_both_base
        from marts.cross_shop where both_count > 0"""
    assert company.query(f"({by_hand} except all {told}) union all ({told} except all {by_hand})") == []
