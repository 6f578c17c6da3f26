"""S055: each business rule of the three-party model is broken once by a source and found; nobody else is accused."""

import shutil
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.dbt.project import Dbt, Raw

MARTS = ("+party_rule_breaches", "+party_users", "+party_user_roles", "+organisation_tree")


def relations(*rows: tuple[str, str, str]) -> Iterable[dict]:
    for origin, target, kind in rows:
        yield {
            "_system": "crm",
            "from_customer_ref": origin,
            "to_customer_ref": target,
            "relation_kind": kind,
            "starts_on": date(2024, 1, 1),
        }


def user(ref: str, owner: str, product: str = "Basic", **more: object) -> dict:
    row = {
        "_system": "crm",
        "subscription_ref": ref,
        "customer_ref": owner,
        "product_ref": product,
        "account_ref": "F1",
    }
    return row | {"started_at": datetime(2024, 1, 10), "currency": "GBP", "monthly_amount": 10} | more


@pytest.fixture(scope="module")
def built(dbt: Dbt, tmp_path_factory: pytest.TempPathFactory) -> Raw:
    raw = Raw(tmp_path_factory.mktemp("parties") / "work.duckdb")
    kinds = {"G1": "group", "G2": "group", "G3": "group", "G4": "group", "P1": "individual", "P2": "individual_key"}
    accounts = [{"_system": "crm", "customer_ref": ref, "customer_kind": kind} for ref, kind in kinds.items()]
    raw.add("customers", [*accounts, *({"_system": "crm", "customer_ref": ref} for ref in ("P3", "P4", "P5"))])
    raw.add(
        "customer_relations",
        relations(
            ("G1", "G2", "belongs_to"),
            ("G2", "G3", "belongs_to"),
            ("G3", "G1", "belongs_to"),
            ("G4", "G1", "belongs_to"),
            ("P1", "P2", "kinship"),
            ("P1", "ghost", "guarantee"),
            ("P2", "P2", "kinship"),
            ("P3", "P1", "belongs_to"),
            ("P3", "P2", "belongs_to"),
        ),
    )
    holders = [("F1", "P1", True), ("F2", "P4", False)]
    raw.add(
        "billing_accounts",
        [{"_system": "crm", "account_ref": f, "customer_ref": ref, "is_default": d} for f, ref, d in holders],
    )
    brands = {"Basic": "Larch", "Plus": "Larch", "Extra": None, "Base": None, "Left": None, "Right": None}
    raw.add("products", [{"_system": "crm", "product_ref": p, "brand": brand} for p, brand in brands.items()])
    constraints = [("Basic", "Plus", "excludes"), ("Extra", "Base", "requires"), ("Left", "Right", "bundle")]
    raw.add(
        "product_constraints",
        [
            {"_system": "crm", "product_ref": p, "other_product_ref": o, "constraint_kind": kind}
            for p, o, kind in constraints
        ],
    )
    raw.add(
        "subscriptions",
        [
            user("good", "P1", brand="Larch", ordered_by_ref="P2", used_by_ref="P2"),
            user("orderless", "P1", ordered_by_ref="ghost"),
            user("payless", "P1", account_ref="F9"),
            user("branded", "P2", brand="Lantern"),
            user("one", "P3"),
            user("other", "P3", "Plus"),
            user("extra", "P4", "Extra"),
            user("left", "P5", "Left"),
            user("moved", "P1", updated_at=datetime(2024, 2, 1)),
            user("moved", "P2", updated_at=datetime(2024, 3, 1)),
        ],
    )
    dbt.run(raw.path, *MARTS)
    return raw


def breaches(raw: Raw, rule: str) -> set[tuple]:
    found = raw.query(f"select subject, detail from marts.party_rule_breaches where rule = '{rule}'")
    ids = dict(raw.query("select customer_id, record_ref from identity.identity_links where stream = 'customers'"))
    return {(ids.get(subject, subject), ids.get(detail, detail)) for subject, detail in found}


EXPECTED = {
    "relation_of_unknown_customer": {("crm:P1 > ghost", "guarantee")},
    "relation_with_oneself": {("crm:P2", "kinship")},
    "several_parents": {("P3", "2")},
    "orderer_unknown": {("crm:orderless", None)},
    "exclusion_broken": {("crm:one", "crm:Plus")},
    "dependency_broken": {("crm:extra", "crm:Base")},
    "bundle_broken": {("crm:left", "crm:Right")},
    "brand_not_of_product": {("crm:branded", "Lantern")},
    "account_unknown": {("crm:payless", "crm:F9")},
    "no_default_account": {("P4", None)},
}


@pytest.mark.parametrize("rule", EXPECTED)
def test_a_broken_rule_is_found_and_nobody_else_accused(built: Raw, rule: str) -> None:
    assert breaches(built, rule) == EXPECTED[rule]


def test_a_cycle_of_belonging_is_reported_with_its_members_and_not_who_stands_below(built: Raw) -> None:
    assert {subject for subject, _ in breaches(built, "belonging_in_a_cycle")} == {"G1", "G2", "G3"}
    below = built.query("""
        select root_customer_id, depth, cycle_length, cycle_id is not null from marts.organisation_tree
        join identity.identity_links using (customer_id) where stream = 'customers' and record_ref = 'G4'""")
    assert below == [(None, None, None, True)]


def test_a_user_has_exactly_one_owner_that_of_its_newest_version(built: Raw) -> None:
    owners = built.query("""
        select record_ref from marts.party_user_roles join identity.identity_links using (customer_id)
        where user_id = 'crm:moved' and role = 'owns' and stream = 'customers'""")
    assert owners == [("P2",)]
    assert built.query("select user_id from marts.party_users group by all having count(*) > 1") == []


def test_ordering_and_using_by_another_customer_is_association(built: Raw) -> None:
    roles = built.query("""
        select role, relation, record_ref from marts.party_user_roles join identity.identity_links using (customer_id)
        where user_id = 'crm:good' and stream = 'customers' order by 1""")
    assert roles == [
        ("orders", "association", "P2"),
        ("owns", "ownership", "P1"),
        ("pays", "own", "P1"),
        ("uses", "association", "P2"),
    ]


def test_identifiers_are_missed_when_identity_loses_them(dbt: Dbt, built: Raw, tmp_path: Path) -> None:
    """One identifier a customer and one owner a user hold by construction; here identity itself is damaged."""
    built.query("force checkpoint")
    shutil.copyfile(built.path, tmp_path / "work.duckdb")
    copy = Raw(tmp_path / "work.duckdb")
    copy.query("update identity.identity_links set customer_id = null where record_ref = 'P5'")
    copy.query("delete from identity.identity_values where value = 'crm:P5'")
    copy.query("update marts.dim_customers set customer_id = 'G-1' where customer_kind = 'individual_key'")
    dbt.run(copy.path, "int_parties__users", "party_rule_breaches")
    found = copy.query("select rule, subject from marts.party_rule_breaches where rule_no in (1, 6) order by 1")
    assert found == [("one_coding_rule", "G-1"), ("one_identifier", "crm:P5"), ("user_without_owner", "crm:left")]
