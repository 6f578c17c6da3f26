"""Who is one person and who is not, on records planted by hand (F-65, F-66, F-67, S024, S031, S032)."""

import pytest

from orchestration.identity import engine
from tests.identity.engine.planted import Scenes, built, record

HOME = {"postal_norm": "LS11AA", "street_norm": "4millhill", "city_norm": "leeds"}
FAMILY = {"email_norm": "thefamily@home.example", "phone_norm": "+442079460011", **HOME}
ORDER = {"stream": "orders", "subject": None}
SAID = {"stream": "statements", "subject": None}
PHONE = "+447400111222"
MIXED = [
    record("Rose Ashford", phone_norm=PHONE, **HOME),
    record("Hugo Ashford", phone_norm=PHONE),
    record("Rosie Ashford", email_norm="r@own.example", **HOME),
    record("R Ashford", email_norm="r@own.example"),
]
CASES = {
    "changed": [
        record("William Thornby", birth_text="19710214", email_norm="w@old.example", phone_norm=PHONE, **HOME),
        record("Bill Thornbey", birth_text="19710214", email_norm="b@new.example", phone_norm="+447400333444", **HOME),
        record("W Thornby", birth_text="19710214", phone_norm="+447400333444"),
    ],
    "household": [record("Rose Ashford", birth_text="19710214", **FAMILY),
                  record("Hugo Ashford", birth_text="19990630", **FAMILY)],
    "household without dates": [record("Rose Ashford", **FAMILY), record("Hugo Ashford", **FAMILY)],
    "father and son": [record("Hugo Ashford", birth_text="19590812", **HOME),
                       record("Hugo Ashford", birth_text="19910325", **HOME)],
    "lent card": [record(name, card_norm="63350000", email_norm=f"{name[:4].lower()}@own.example")
                  for name in ("Rose Ashford", "Liam Becker", "Mona Castle")],
    "one phone": [record("Rose Ashford", phone_norm=PHONE), record("Rosie Ashford", phone_norm=PHONE),
                  record("Liam Becker", phone_norm=PHONE)],
    "company": [record(subject="company", company_norm="ashford mills", tax_norm="00112233", phone_norm=PHONE),
                record("Rose Ashford", phone_norm=PHONE)],
    "stated": [record("Rose Ashford", account_key="shop:1"),
               record("Sunny Meadow", stream="profiles", account_key="shop:1")],
    "guest": [record("Rose Ashford", email_norm="home@own.example", birth_text="19710214"),
              record("Liam Becker", email_norm="home@own.example", birth_text="19910325"),
              record(**ORDER, email_norm="home@own.example")],
    "bare name": [record("Rose Ashford", email_norm="r@own.example", **HOME),
                  record("Rose Ashford", stream="profiles")],
    "bare short form": [record("Harry Ashford", email_norm="h@own.example", **HOME),
                        record("Hal Ashford", stream="profiles")],
    "bare name of two": [record("Rose Ashford", email_norm="r@own.example", birth_text="19710214"),
                         record("Rose Ashford", email_norm="a@own.example", birth_text="19990630"),
                         record("Rose Ashford", stream="profiles")],
    "bare name and city of one of two": [
        record("Rose Ashford", email_norm="r@own.example", **HOME),
        record("Rose Ashford", email_norm="a@own.example", postal_norm="BA11AA", street_norm="9high", city_norm="bath"),
        record("Rose Ashford", stream="profiles", city_norm="bath"),
    ],
    "member of a chat application": [
        record("Rose Ashford", union_ref="un1", card_norm="63350001"),
        record("Sunny Meadow", stream="profiles", union_ref="un1"),
        record("Sunny Meadow", stream="profiles", union_ref="un2"),
    ],
    "landline": [record("Edith Asher", phone_norm="+442079460011", postal_norm="LS11AA", city_norm="leeds"),
                 record("Edith Asher", phone_norm=PHONE, city_norm="leeds")],
    "two mobiles": [record("Edith Asher", phone_norm="+447400333444", postal_norm="LS11AA", city_norm="leeds"),
                    record("Edith Asher", phone_norm=PHONE, city_norm="leeds")],
    "namesakes at home": [record("Rose Ashford", email_norm="r@own.example", phone_norm=PHONE, **HOME),
                          record("Rosie Ashford", email_norm="a@own.example", phone_norm="+447400333444", **HOME)],
    "given name alone": [record(given_norm="rosamund", given_forms="|rosamund|", birth_text="19710214", **HOME),
                         record("Rosamund Ashford", birth_text="19710214", **HOME)],
    "no country": [record("Rose Ashford", phone_norm=PHONE), record(stream="profiles", phone_norm="0" + PHONE[3:])],
    "foreign number": [record("Rose Ashford", phone_norm="+8615534007468"), record(**ORDER, phone_norm="15534007468"),
                       record(stream="profiles", phone_norm="8615534007468")],
    "stated and alike": [
        record("Daniel Ashford", account_key="shop:1", email_norm="d@own.example", phone_norm=PHONE, **HOME),
        record("Dan Ashford", account_key="shop:2", email_norm="x@own.example", phone_norm="+447400333444",
               postal_norm="NR11AA", street_norm="9highstreet", city_norm="norwich"),
        record("Dan Ashford", stream="profiles", account_key="shop:1"),
    ],
    "asked about an order": [
        record("Edith Ashford", account_key="desk:1"),
        record("Edith Ashford", account_key="shop:1", buyer_key="shop:1", email_norm="r@own.example"),
        record(**SAID, account_key="desk:1", buyer_key="shop:1"),
    ],
    "asked for another": [
        record("Edith Ashford", account_key="desk:1"),
        record("Otto Ashford", account_key="shop:1", buyer_key="shop:1"),
        record(**SAID, account_key="desk:1", buyer_key="shop:1"),
    ],
    "wrote from both": [
        record("Edith Ashford", email_norm="r@old.example"),
        record("Edith Ashford", phone_norm=PHONE),
        record(**SAID, email_norm="r@old.example", phone_norm=PHONE),
    ],
    "known by two records": [
        record("Edith Ashford", account_key="desk:1", phone_norm=PHONE),
        record("Edith Ashford", account_key="shop:1", buyer_key="shop:1", birth_text="19880305", postal_norm="DH13AA"),
        record(**SAID, account_key="desk:1", buyer_key="shop:1"),
        record("Edith Ashford", phone_norm="+447400333444", email_norm="r@own.example"),
    ],
    "nothing": [record(), record(), record(**ORDER)],
    "mixed": MIXED,
    "mixed, backwards": MIXED[::-1],
    "one handle": [record("Edith Asher", stream="profiles", email_norm="e@own.example", handle_norm="edie.paints"),
                   record(stream="profiles", handle_norm="edie.paints")],
    "one handle, two names": [record("Edith Asher", stream="profiles", handle_norm="asher.paints"),
                              record("Otto Asher", stream="profiles", handle_norm="asher.paints")],
    "a handle of four": [record(stream="profiles", handle_norm="sunshine") for _ in range(4)],
}  # fmt: skip


@pytest.fixture(scope="module")
def scenes() -> Scenes:
    return Scenes(CASES)


def groups(*members: set[int]) -> set[frozenset[int]]:
    return {frozenset(each) for each in members}


def test_f67_a_person_who_changed_phone_mail_and_spelling_is_one(scenes: Scenes) -> None:
    assert scenes.clusters("changed") == groups({1, 2, 3})


@pytest.mark.parametrize("case", ["household", "household without dates"])
def test_f66_members_of_a_household_stay_apart_though_they_share_mail_phone_and_home(scenes: Scenes, case: str) -> None:
    assert scenes.clusters(case) == groups({1}, {2})
    assert scenes.review(case) == [(1, 2, "refused")]


def test_f66_father_and_son_of_one_name_at_one_address_stay_apart(scenes: Scenes) -> None:
    assert scenes.clusters("father and son") == groups({1}, {2})


def test_a_card_lent_to_others_does_not_make_them_its_holder(scenes: Scenes) -> None:
    assert scenes.clusters("lent card") == groups({1}, {2}, {3})


def test_a_shared_phone_joins_only_names_that_agree(scenes: Scenes) -> None:
    assert scenes.clusters("one phone") == groups({1, 2}, {3})


def test_a_company_and_the_person_who_answers_for_it_are_two(scenes: Scenes) -> None:
    assert scenes.clusters("company") == groups({1}, {2})


def test_a_stated_account_holds_whatever_its_profile_is_called(scenes: Scenes) -> None:
    assert scenes.clusters("stated") == groups({1, 2})


def test_two_persons_do_not_meet_in_the_guest_order_of_their_common_mailbox(scenes: Scenes) -> None:
    assert scenes.clusters("guest") in (groups({1, 3}, {2}), groups({1}, {2, 3}))


@pytest.mark.parametrize("case", ["bare name", "bare short form"])
def test_a_profile_that_says_only_a_rare_name_is_the_one_person_of_that_name(scenes: Scenes, case: str) -> None:
    assert scenes.clusters(case) == groups({1, 2})


def test_a_profile_that_says_only_a_name_of_two_persons_is_neither(scenes: Scenes) -> None:
    assert scenes.clusters("bare name of two") == groups({1}, {2}, {3})


def test_the_city_of_a_profile_tells_which_of_two_namesakes_it_is(scenes: Scenes) -> None:
    assert scenes.clusters("bare name and city of one of two") == groups({1}, {2, 3})


def test_a_union_id_ties_a_member_to_the_profile_whatever_it_is_called(scenes: Scenes) -> None:
    assert scenes.clusters("member of a chat application") == groups({1, 2}, {3})


def test_a_handle_ties_profiles_whose_names_do_not_differ(scenes: Scenes) -> None:
    assert scenes.clusters("one handle") == groups({1, 2})
    assert scenes.clusters("one handle, two names") == groups({1}, {2})


def test_a_handle_that_many_bear_ties_nobody(scenes: Scenes) -> None:
    assert scenes.clusters("a handle of four") == groups({1}, {2}, {3}, {4})


def test_a_mobile_beside_a_landline_is_no_other_number(scenes: Scenes) -> None:
    with_landline, with_mobiles = (scenes.weight(case) for case in ("landline", "two mobiles"))
    differs = engine.macro("var", "identity_weights_version"), "phone", 1
    [(weight,)] = scenes.con.execute(
        "select weight from seeds.identity_weights where version = ? and comparison = ? and level = ?", differs
    ).fetchall()
    assert with_landline - with_mobiles == pytest.approx(-weight)


def test_at_one_address_a_family_name_in_common_says_nothing_more(scenes: Scenes) -> None:
    """Who lives together mostly bears one name; elsewhere the same name is a sign."""
    level = engine.macro("level_in", "pattern", "family")
    found = [
        scenes.con.execute(
            f"select {level} from identity.identity_pairs where point_a = ? and point_b = ?",
            [scenes.first[case], scenes.last[case]],
        ).fetchall()
        for case in ("namesakes at home", "bare name")
    ]
    assert found == [[(0,)], [(3,)]]


def test_f67_a_given_name_counts_where_the_family_name_is_missing(scenes: Scenes) -> None:
    assert scenes.clusters("given name alone") == groups({1, 2})
    levels = scenes.con.execute(
        f"select {engine.macro('level_in', 'pattern', 'given')} from identity.identity_pairs where point_a = ?",
        [scenes.first["given name alone"]],
    )
    assert levels.fetchall() == [(7,)]


def test_f67_a_phone_without_its_country_is_the_same_phone(scenes: Scenes) -> None:
    assert scenes.clusters("no country") == groups({1, 2})


def test_f67_a_foreign_number_without_its_country_is_the_same_phone_wherever_it_was_said(scenes: Scenes) -> None:
    assert scenes.clusters("foreign number") == groups({1, 2, 3})


def test_a_profile_with_a_stated_account_is_compared_as_its_account(scenes: Scenes) -> None:
    """Its bare name would fit the second record better."""
    assert scenes.clusters("stated and alike") == groups({1, 3}, {2})


@pytest.mark.parametrize("case", ["asked about an order", "wrote from both"])
def test_what_service_heard_brings_accounts_together_that_share_no_value(scenes: Scenes, case: str) -> None:
    assert scenes.clusters(case) == groups({1, 2, 3})


def test_who_asks_about_the_order_of_another_is_not_that_person(scenes: Scenes) -> None:
    assert scenes.clusters("asked for another") == groups({1, 3}, {2})


def test_what_two_records_of_one_person_say_is_weighed_together(scenes: Scenes) -> None:
    """The shop account says no phone; its desk account's differs from the stranger's."""
    case = "known by two records"
    level = engine.macro("level_in", "pattern", "phone")
    found = scenes.con.execute(
        f"select {level} from identity.identity_pairs where point_a = ? and point_b = ?",
        [scenes.first[case] + 1, scenes.first[case] + 3],
    )
    assert found.fetchall() == [(1,)]
    assert scenes.clusters(case) >= groups({1, 2, 3})


def test_records_without_any_identifier_stay_alone(scenes: Scenes) -> None:
    assert scenes.clusters("nothing") == groups({1}, {2}, {3})


def test_the_order_of_the_records_does_not_matter(scenes: Scenes) -> None:
    backwards = {frozenset(5 - n for n in each) for each in scenes.clusters("mixed, backwards")}
    assert scenes.clusters("mixed") == backwards == groups({1, 3, 4}, {2})


def test_who_shares_a_mailbox_has_the_same_odds_in_a_larger_company_and_who_shares_a_birthday_has_not() -> None:
    records = [
        record(email_norm="rose@own.example"),
        record(email_norm="rose@own.example"),
        record(given_norm="rose", given_forms="|rose|", birth_text="19710214"),
        record(given_norm="hugo", given_forms="|hugo|", birth_text="19710214"),
    ]
    odds = {}
    for crowd in (2_000, 4_000):
        con = built(records, crowd)
        pairs = (
            "select weight from identity.identity_odds where point_a in (1, 3) and point_b in (2, 4) order by point_a"
        )
        odds[crowd] = [weight for (weight,) in con.execute(pairs).fetchall()]
    (mailbox, birthday), (mailbox_later, birthday_later) = odds.values()
    assert mailbox_later == pytest.approx(mailbox)
    assert birthday_later == pytest.approx(birthday - 1, abs=0.01)
