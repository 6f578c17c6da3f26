"""What was planted with the loyalty cards comes back in its rate, within a tenth, and nobody innocent with it."""

import pytest

from tests.marts.company import Company

CARDS = (
    "from marts.{mart} found full join (from '{{truth}}/cards.parquet' where kind = '{kind}') planted using (card_ref)"
)


@pytest.mark.parametrize(("mart", "kind"), [("shared_cards", "shared"), ("clerk_cards", "clerk")])
def test_planted_cards_are_found_within_a_tenth_and_nobody_else(company: Company, mart: str, kind: str) -> None:
    ((found, planted, both),) = company.query(
        "select count(distinct found.card_ref), count(distinct planted.card_ref),"
        " count(distinct card_ref) filter (where found.card_ref is not null and planted.card_ref is not null) "
        + CARDS.format(mart=mart, kind=kind)
    )
    assert planted >= 4, "the company has some"
    assert abs(found - planted) <= 0.1 * planted
    assert both >= 0.95 * found


def test_a_clerks_card_names_the_clerk_and_the_orders_that_were_put_on_it(company: Company) -> None:
    ((planted, found, right),) = company.query(
        "select sum(planted.foreign_orders), sum(found.order_count),"
        " sum(found.order_count) filter (where found.employee_id = 'pos:' || planted.employee_ref) "
        + CARDS.format(mart="clerk_cards", kind="clerk")
    )
    assert right == found
    assert abs(found - planted) <= 0.1 * planted


def test_people_with_many_cards_are_found_as_far_as_identity_knows_their_cards_as_theirs(company: Company) -> None:
    """Identity says whose cards are whose; of the people it gives two cards the planted ones are found."""
    ((found, right, known),) = company.query("""
        with planted as (
            select customer_id, count(distinct card_ref) as cards
            from core.int_cards__holders join '{truth}/cards.parquet' using (card_ref)
            where kind = 'many' group by customer_id
        )
        select
            (select count(*) from marts.many_card_customers),
            (select count(*) from marts.many_card_customers join planted using (customer_id)),
            (select count(*) from planted where cards > 1)""")
    assert known >= 10
    assert abs(right - known) <= 0.1 * known
    assert right >= 0.9 * found
