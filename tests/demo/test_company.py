"""The demo company is the same everywhere and has the planted properties."""

import hashlib
from pathlib import Path

import pytest

from orchestration.demo import SCALES, generate
from orchestration.demo.generate import write_feeds
from orchestration.demo.plan import blocks
from tests.demo.company import query

PEOPLE = 1000


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("company")
    generate(home, PEOPLE)
    return home


def digests(home: Path) -> dict[str, str]:
    files = (path for folder in ("demo", "truth") for path in (home / folder).rglob("*") if path.is_file())
    return {str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_bytes_are_the_same_with_one_worker_and_with_three(tmp_path: Path) -> None:
    generate(tmp_path / "one", 120, workers=1)
    generate(tmp_path / "three", 120, workers=3)
    assert digests(tmp_path / "one") == digests(tmp_path / "three")


def test_another_seed_is_another_company_of_the_same_files(tmp_path: Path) -> None:
    for seed in (7, 8):
        generate(tmp_path / str(seed), 200, seed=seed)
    first, second = digests(tmp_path / "7"), digests(tmp_path / "8")
    assert len(set(first) ^ set(second)) <= 12  # a small branch may have a month without a sale
    assert first["demo/pos/members.csv"] != second["demo/pos/members.csv"]


def test_a_company_out_of_range_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="between 50 and"):
        generate(tmp_path, 0)


def test_a_feed_that_the_user_changed_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "pos_stores.yml").write_text("mine", encoding="utf-8")
    write_feeds(tmp_path / "feeds")
    assert (tmp_path / "feeds" / "pos_stores.yml").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "feeds" / "pos_receipts.yml").exists()


def test_the_scales_and_the_volumes_per_customer_are_as_documented(company: Path) -> None:
    assert SCALES == {"S": 10_000, "M": 100_000, "L": 1_000_000}
    ((events,),) = query(company, "select count(*) from 'demo/web/events_*.parquet'")
    ((lines,),) = query(
        company,
        """
        select sum(n) from (select count(*) n from read_csv('demo/pos/receipt-lines_*.csv',
            all_varchar = true, ignore_errors = true)
        union all select count(*) from read_csv('demo/shop/order-lines_*.csv', all_varchar = true))""",
    )
    ((engagements,),) = query(
        company,
        """
        select count(*) from read_csv('demo/social/engagements_*.jsonl', columns = {'line': 'varchar'}, delim = '\x01',
            quote = '', escape = '', header = false)""",
    )
    assert 40 <= events / PEOPLE <= 65
    assert 8 <= lines / PEOPLE <= 14
    assert 2 <= engagements / PEOPLE <= 6


def test_most_store_orders_are_anonymous_as_in_real_stores_S030(company: Path) -> None:
    for system, share, orders in query(
        company,
        """
            select system, avg(is_anonymous::int), count(*) from 'truth/orders_*.parquet'
            where system <> 'shop' group by 1""",
    ):
        assert 0.70 <= share <= 0.90, (system, orders)


def test_planted_cards_have_their_rates_S031_S032_S033(company: Path) -> None:
    planted = dict(query(company, "select kind, count(distinct holder_id) from 'truth/cards.parquet' group by 1"))
    assert planted["shared"] == PEOPLE // 100
    assert planted["many"] == PEOPLE // 100
    assert planted["clerk"] >= 2
    ((borrowers,),) = query(
        company,
        """
        select min(n) from (select card_ref, count(distinct person_id) n from 'truth/orders_*.parquet'
            where card_ref in (select card_ref from 'truth/cards.parquet' where kind = 'shared') group by 1)""",
    )
    assert borrowers >= 2


def test_mailings_are_randomised_and_lift_what_truth_says(company: Path) -> None:
    ((control, gap, moved, expected),) = query(
        company,
        """
        select avg((arm = 'control')::int),
            avg(true_lift) filter (arm = 'control') - avg(true_lift) filter (arm = 'treatment'),
            avg(is_induced::int) filter (arm = 'treatment'), avg(true_lift) filter (arm = 'treatment')
        from 'truth/uplift_*.parquet'""",
    )
    assert 0.21 <= control <= 0.29
    assert abs(gap) < 0.012
    assert abs(moved - expected) < 0.012
    induced = "select count(*) from 'truth/uplift_*.parquet' where arm = 'control' and is_induced"
    assert query(company, induced) == [(0,)]


def test_every_web_order_has_one_cause_and_display_never_is_one(company: Path) -> None:
    assert query(
        company,
        """
        select count(*) from (select order_ref from 'truth/attribution_*.parquet' group by 1
            having sum(is_cause::int) <> 1)
        """,
    ) == [(0,)]
    assert query(
        company,
        """
        select count(*) > 50, sum(is_cause::int) from 'truth/attribution_*.parquet'
        where medium = 'display'""",
    ) == [(True, 0)]


def test_nobody_buys_after_the_planted_churn(company: Path) -> None:
    assert query(
        company,
        """
        select count(*) from 'truth/orders_*.parquet' o join 'truth/people_*.parquet' p using (person_id)
            join read_csv('demo/shop/orders_*.csv', all_varchar = true, ignore_errors = true) s
            on s.order_no = o.order_ref
        where s.placed_at::timestamp >= p.churned_on + 1""",
    ) == [(0,)]
    ((churned, happy, unhappy),) = query(
        company,
        """
        select avg((churned_on is not null)::int), avg((churned_on is not null)::int) filter (satisfaction > 0.5),
            avg((churned_on is not null)::int) filter (satisfaction < -0.5) from 'truth/people_*.parquet'""",
    )
    assert 0.2 <= churned <= 0.45
    assert unhappy > happy + 0.1


def test_people_do_not_share_an_address_by_accident(company: Path) -> None:
    ((people, emails, phones),) = query(
        company,
        """
        select count(*), count(distinct email), count(distinct phone) from 'truth/people_*.parquet'""",
    )
    assert people == emails == phones == PEOPLE


def test_every_block_names_a_target_of_its_own() -> None:
    targets = [block.target for block in blocks()]
    assert len(targets) == len(set(targets))


def test_only_the_planted_plans_break_the_rules_between_plans_S055(company: Path) -> None:
    broken = query(
        company,
        """
        with held as (from read_csv('demo/crm/subscriptions.csv', all_varchar = true))
        select a.id, rules.rule
        from held as a join read_csv('demo/crm/plan_rules.csv', all_varchar = true) as rules on a.plan = rules.plan
        left join held as b
            on a.account_id = b.account_id and b.plan = rules.other
                and a.started <= coalesce(b.ended, '2026-07') and b.started <= coalesce(a.ended, '2026-07')
        group by all having (rules.rule = 'excludes') = (count(b.id) > 0) order by 1""",
    )
    planted = query(company, "select subscription_ref, 'requires' from 'truth/broken_plans.parquet' order by 1")
    assert broken == planted != []
