"""The demo company enters the warehouse as its truth says."""

import pytest

from orchestration.contract import streams
from orchestration.demo import generate
from orchestration.ingestion.feeds import load_feeds
from orchestration.ingestion.ingest import ingest_feed
from orchestration.ingestion.store import connect, create_tables
from orchestration.settings import settings
from tests.demo.company import query

INGESTED = 300


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory):
    """A company of 300 with all its deliveries ingested: (home, connection, results by feed)."""
    home = tmp_path_factory.mktemp("warehouse")
    generate(home, INGESTED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_HOME", str(home))
        place = settings()
    con = connect(place)
    create_tables(con)
    results = {feed.feed: list(ingest_feed(con, feed, place)) for feed in load_feeds(place.feeds)}
    yield home, con, results
    con.close()


def test_the_feeds_fill_every_stream_of_the_contract(warehouse) -> None:
    _, con, _ = warehouse
    empty = [name for name in streams() if not con.execute(f"select 1 from raw.{name} limit 1").fetchall()]
    assert empty == []


def test_quarantine_holds_exactly_the_planted_records(warehouse) -> None:
    home, con, _ = warehouse
    found = con.execute("select feed, system, stream, file_name, record_no, column_name from ops.quarantine").fetchall()
    planted = query(
        home,
        """
        select feed, system, stream, file_name, record_no, column_name from 'truth/expected_quarantine.parquet'""",
    )
    assert len(planted) > 30
    assert sorted(found, key=str) == sorted(planted, key=str)


def test_every_record_is_accounted_for(warehouse) -> None:
    _, _, results = warehouse
    counts = [c for delivered in results.values() for result in delivered for c in result.streams.values()]
    assert sum(c.records_in - c.loaded - c.quarantined - c.rejected for c in counts) == 0
    assert sum(c.rejected for c in counts) == 0


def test_a_file_under_a_second_name_adds_nothing_and_a_corrected_one_counts(warehouse) -> None:
    home, con, results = warehouse
    copy = [r for r in results["pos_receipts"] if r.file_name == "receipts_2025-03_sent_2025-04-02.csv"]
    assert [r.status for r in copy] == ["known"]
    ((corrected,),) = query(home, "select records from 'truth/deliveries.parquet' where what like 'corrects%'")
    ((changed,),) = con.execute("""
        select count(*) from (select order_ref, line_ref from raw.order_lines where _system = 'pos'
            group by all having count(distinct unit_price) = 2
                and max_by(unit_price, _version_at) * 100 = min_by(unit_price, _version_at))""").fetchall()
    assert changed == corrected > 0


def test_refs_point_to_records_of_their_own_system(warehouse) -> None:
    """Only the desk and the social platforms speak of numbers that another system gave."""
    _, con, _ = warehouse
    foreign = set()
    for stream in streams().values():
        for column in stream.columns.values():
            if column.references:
                key = streams()[column.references].key[0]
                foreign |= {
                    (stream.name, column.name, system)
                    for (system,) in con.execute(f"""
                    select distinct _system from raw.{stream.name} s where {column.name} is not null and not exists (
                        select 1 from raw.{column.references} t
                        where t._system = s._system and t.{key} = s.{column.name})
                    """).fetchall()
                }
    assert foreign == {
        ("tickets", "order_ref", "desk"),
        ("tickets", "product_ref", "desk"),
        ("surveys", "order_ref", "desk"),
        ("engagements", "product_ref", "social"),
    }


def test_a_union_id_is_one_persons_in_tills_shop_and_profiles(warehouse) -> None:
    home, con, _ = warehouse
    held = con.execute(
        f"""
        select union_ref, count(distinct _system) as systems, count(distinct entity_id) as people
        from (
            select union_ref, _system, 'customers' as stream, customer_ref as record_ref from raw.customers
            union
            select union_ref, _system, 'profiles', profile_ref from raw.profiles
        ) as stated
        join '{home}/truth/records.parquet' as truth
            on _system = truth.system and stated.stream = truth.stream and stated.record_ref = truth.record_ref
        where union_ref is not null group by union_ref"""
    ).fetchall()
    assert {people for _, _, people in held} == {1}
    assert {systems for _, systems, _ in held} >= {1, 2}


def test_the_last_day_is_complete_and_nothing_comes_after_it(warehouse) -> None:
    _, con, _ = warehouse
    for stream in streams().values():
        if stream.event_time and stream.name not in ("contracts",):
            ((last,),) = con.execute(
                f"select max(timezone(_zone, timezone('UTC', {stream.event_time})))::date::varchar"
                f" from raw.{stream.name}"
            ).fetchall()
            assert last <= "2026-06-30", stream.name
    ((last,),) = con.execute(
        "select max(timezone(_zone, timezone('UTC', ordered_at)))::date::varchar from raw.orders"
    ).fetchall()
    assert last == "2026-06-30"


def test_group_customers_form_a_tree_and_a_plan_has_one_owner_S055(warehouse) -> None:
    _, con, _ = warehouse
    assert con.execute("""
        with recursive up(start, top, depth) as (
            select from_customer_ref, to_customer_ref, 1 from raw.customer_relations
            where relation_kind = 'belongs_to'
            union all select start, to_customer_ref, depth + 1 from up
                join raw.customer_relations on from_customer_ref = up.top and relation_kind = 'belongs_to'
            where depth < 10)
        select count(*), max(depth) from up where start = top or depth > 5""").fetchall() == [(0, None)]
    ((plans, owned),) = con.execute(
        "select count(*), count(distinct subscription_ref) from raw.subscriptions"
    ).fetchall()
    assert plans == owned > 0
