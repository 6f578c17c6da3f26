"""Which records come to be compared at all."""

import string

import pytest

from orchestration.identity import engine
from tests.identity.engine.planted import built, record

COARSE = engine.macro("var", "identity_coarse_block_limit")


@pytest.mark.parametrize("sharing", [COARSE, COARSE + 1])
def test_a_city_in_common_brings_few_records_together_and_not_many(sharing: int) -> None:
    names = string.ascii_lowercase[:sharing]  # no two initials alike, so that nothing but the city is shared
    con = built([record(f"{name}zz Ashford", city_norm="leeds") for name in names], crowd=0)
    found = con.execute("select count(*) from identity.identity_pairs").fetchall()[0][0]
    assert found == (sharing * (sharing - 1) // 2 if sharing <= COARSE else 0)


def test_the_name_of_a_mailbox_in_common_brings_more_records_together_than_a_city() -> None:
    names = string.ascii_lowercase[: COARSE + 1]
    con = built([record(f"{name}zz {name}yy", email_norm=f"desk@mill{name}.example") for name in names], crowd=0)
    assert con.execute("select count(*) from identity.identity_pairs").fetchall() == [((COARSE + 1) * COARSE // 2,)]


def test_every_coarse_block_is_a_block() -> None:
    assert set(engine.macro("identity_coarse_blocks")) <= set(engine.macro("identity_blocking"))
