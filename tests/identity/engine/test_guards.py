"""Values that many share or somebody made up make nobody one person (F-64), nor do long chains of links (F-65)."""

from tests.identity.engine.planted import built, clusters, record

GIVEN = ("adam", "bert", "carl", "dora", "emil", "fred", "gwen", "hugo", "ines", "jane", "kurt", "lena", "mona", "nils")
FAMILY = ("alder", "birch", "cedar", "elm", "fir", "gorse", "hazel", "larch", "maple", "oak", "pine", "rowan", "sorrel")


def test_f64_thirty_hot_values_of_five_hundred_records_each_join_nobody() -> None:
    """Two of the values are in the seed; the number of their records gives the others away."""
    mails = [f"desk{n}@shop.example" for n in range(14)] + ["test@test.com"]
    phones = [f"+4420794600{n:02d}" for n in range(14)] + ["+8613800000000"]
    hot = [("email_norm", value) for value in mails] + [("phone_norm", value) for value in phones]
    people = [record(f"{GIVEN[n % 14]} {FAMILY[n % 13]}", **dict([hot[n % 30]])) for n in range(15_000)]
    con = built(people, crowd=0)
    largest = con.execute("select max(n) from (select count(*) n from identity.identity_clusters group by cluster_no)")
    assert largest.fetchall()[0][0] <= 5
    dropped = con.execute("select kind, sum(evidence_count) from identity.identity_guarded group by kind order by kind")
    assert dropped.fetchall() == [("email", 7_500), ("phone", 7_500)], "what a guard dropped is counted"


def test_f64_records_that_are_alike_in_everything_end_without_an_error() -> None:
    same = [
        record("Ann Ray", email_norm="ann@ray.example", birth_text="19800101", postal_norm="AB1") for _ in range(300)
    ]
    con = built(same, crowd=0)
    assert clusters(con, 1, 300) == {frozenset({n}) for n in range(1, 301)}
    assert con.execute("select kind, evidence_count from identity.identity_guarded").fetchall() == [("email", 300)]


def test_f64_a_key_that_holds_a_hundred_thousand_records_is_dropped_and_does_not_hold_up_the_run() -> None:
    con = built([record(card_norm="77", given_norm=None) for _ in range(100_000)], crowd=0)
    assert con.execute("select count(distinct cluster_no) from identity.identity_clusters").fetchall() == [(100_000,)]
    assert con.execute("select guard_reason, evidence_count from identity.identity_guarded").fetchall() == [
        ("shared_by_many", 100_000)
    ]


def test_f65_a_person_holds_no_more_of_a_kind_than_the_limits_say() -> None:
    """A chain of twelve e-mails by shared phones; eight e-mails are a person's limit."""
    chain = [record(email_norm=f"m{n}@post.example", phone_norm=f"+4470000001{n // 2:02d}") for n in range(12)] + [
        record(email_norm=f"m{n}@post.example", phone_norm=f"+4470000001{(n + 1) // 2:02d}") for n in range(12)
    ]
    con = built(chain)
    held = con.execute("""
        select max(n) from (
            select count(distinct value) as n from identity.identity_evidence
            join identity.identity_clusters using (point_no) where kind = 'email' group by cluster_no)""")
    assert 1 < held.fetchall()[0][0] <= 8
    assert con.execute("select count(*) from identity.identity_review where outcome = 'refused'").fetchall()[0][0] > 0


def test_f65_chains_of_three_to_fifty_records_end_at_what_a_person_may_hold() -> None:
    """Neighbours share an e-mail or a phone in turn. Fifteen records hold eight of each; longer chains break, and where
    they break is for people to look at. So no two records of a person are more than fourteen links apart."""
    lengths = (3, 8, 15, 16, 30, 50)
    links = [(length, n) for length in lengths for n in range(length)]
    con = built(
        record(email_norm=f"c{length}e{n // 2}@post.example", phone_norm=f"+4470{length:02d}0000{(n + 1) // 2:02d}")
        for length, n in links
    )
    first = 1
    for length in lengths:
        pieces = clusters(con, first, first + length - 1)
        assert max(len(piece) for piece in pieces) <= 15
        assert (len(pieces) == 1) == (length <= 15)
        assert all(max(piece) - min(piece) == len(piece) - 1 for piece in pieces), "pieces of the chain, none skipped"
        refused = con.execute(
            "select count(*) from identity.identity_review where outcome = 'refused' and point_a between ? and ?",
            [first, first + length - 1],
        )
        assert refused.fetchall() == [(len(pieces) - 1,)]
        first += length


def test_f65_names_that_drift_step_by_step_do_not_make_their_ends_one_person() -> None:
    """Each neighbour is a slip away at one address; the ends are two names."""
    home = {"postal_norm": "LS11AA", "street_norm": "4millhill"}
    con = built(record(f"{given} Ashford", **home) for given in ("Marion", "Marian", "Mariam", "Miriam", "Mirjam"))
    assert not any({1, 5} <= piece for piece in clusters(con, 1, 5))
