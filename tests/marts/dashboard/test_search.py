"""Whom a search finds, and what of a person a role sees."""

import pandas as pd
import pytest

from dashboard.privacy import MASK
from dashboard.queries.customers import search
from dashboard.release import serving
from orchestration.settings import Settings
from tests.marts.dashboard.look import at_home, one, opened, rows, said

__all__ = ["at_home"]


@pytest.fixture(scope="module")
def person(released: Settings) -> tuple[str, str, str]:
    """Customer id, e-mail and name of somebody."""
    return one(
        released,
        """select customer_id, email, full_name from marts.dim_customers
        where email is not null and record_count > 2 and not starts_with(full_name, '=')
        order by customer_id limit 1""",
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_card_of_a_customer_hides_personal_data_from_viewers(
    released: Settings, at_home, person, lang: str
) -> None:
    customer_id, email, name = person
    at_home(released)
    hidden = opened("customers", lang, customer=customer_id)
    assert not hidden.exception and customer_id in said(hidden).replace("\\", "")
    assert email not in said(hidden) and name not in said(hidden) and MASK in said(hidden)
    at_home(released, "steward")
    seen = opened("customers", lang, customer=customer_id)
    assert email in said(seen) and name in said(seen)


def test_a_role_that_nobody_defined_sees_nothing_more(released: Settings, at_home, person) -> None:
    at_home(released, "boss")
    at = opened("customers", customer=person[0])
    assert "boss" in at.warning[0].value
    assert person[1] not in said(at)


@pytest.mark.parametrize("may_see", [False, True])
def test_every_card_finds_whoever_has_it_however_it_is_written(released: Settings, may_see: bool) -> None:
    """Also cards that were no evidence for anything: half of them."""
    cards = rows(
        released,
        """select card_ref, customer_id from marts.bridge_customer_identities
        where card_ref is not null order by hash(card_ref) limit 12""",
    )
    assert len(cards) == 12
    for card, customer in cards:
        written = f" {card[:4].lower()}-{card[4:]} "
        assert customer in search(serving(released), written, None, may_see).customer_id.tolist()


def test_viewers_find_by_whole_values_only(released: Settings, at_home, person) -> None:
    customer_id, email, _ = person
    at_home(released)
    at = opened("customers")
    at.text_input(key="search").set_value(email).run()
    assert at.dataframe[0].value.customer_id.tolist() == [customer_id]
    at.text_input(key="search").set_value(email[:8]).run()
    assert [info.value for info in at.info] == ["Nobody found."]


@pytest.mark.parametrize(
    "words", ["%", "'; drop table x; --", '"', "_", "\\", "[x](y)", "刘伟", "x" * 10_000, "\x00", "+44"]
)
def test_a_search_takes_every_character_literally(released: Settings, at_home, words: str) -> None:
    at_home(released, "steward")
    at = opened("customers")
    at.text_input(key="search").set_value(words).run()
    assert not at.exception and not at.error and not at.warning
    found = at.dataframe[0].value if at.dataframe else pd.DataFrame(columns=["full_name"])
    if words in ("%", "_", "\\"):
        assert all(words in str(row) for row in found.to_dict("records"))


def test_a_name_that_would_run_is_text_on_the_page(shop: Settings, at_home) -> None:
    """F-91."""
    at_home(shop, "steward")
    at = opened("customers")
    names = at.dataframe[0].value.full_name
    assert names[0].startswith("'=HYPERLINK") and not names.fillna("").str.startswith("=").any()
    at = opened("customers", customer=at.dataframe[0].value.customer_id[0])
    assert "\\!\\[a\\]\\(http" in at.header[0].value and "\\<b\\>" in at.header[0].value
    at = opened("customers")
    at.text_input(key="search").set_value("刘伟").run()
    assert len(at.dataframe[0].value) >= 1 and "刘伟" in at.dataframe[0].value.full_name[0]
