"""The steps as plain functions: what a release is made of, when there is news, what stops a release."""

from datetime import date

import duckdb
import pytest

from data_quality.results import GateFailed
from orchestration import pipeline
from tests.orchestration.conftest import ORDERS, write

pytestmark = pytest.mark.usefixtures("no_suites")


def released(settings, sql):
    with duckdb.connect(str(settings.current_release), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_a_run_releases_what_was_delivered(mini):
    result = pipeline.run(mini)
    assert result.news and result.release.created
    assert result.inputs.as_of == date(2024, 3, 2)
    assert released(mini, "select ordered_on, amount, orders from marts.daily_sales order by 1") == [
        (date(2024, 3, 1), pytest.approx(30.5), 2),
        (date(2024, 3, 2), pytest.approx(5), 1),
    ]
    assert {d.file_name: d.status for d in result.deliveries} == {"orders_1.csv": "loaded", "stores.csv": "loaded"}


def test_a_run_without_news_builds_nothing_and_keeps_the_release(mini, monkeypatch):
    first = pipeline.run(mini)
    assert pipeline.is_idle(mini)
    monkeypatch.setattr(pipeline, "transform", lambda *a, **k: pytest.fail("transform ran without news"))
    second = pipeline.run(mini)
    assert not second.news
    assert second.release.release_id == first.release.release_id
    assert second.deliveries == []


def test_a_new_file_a_changed_model_and_another_day_are_news(mini, mini_project):
    pipeline.run(mini)
    write(mini.home / "in" / "orders_2.csv", ORDERS.replace("1,A", "7,A").replace("2,B", "8,B").replace("3,A", "9,A"))
    assert not pipeline.is_idle(mini)
    second = pipeline.run(mini)
    assert second.news and released(mini, "select sum(orders) from marts.daily_sales") == [(6,)]
    model = mini_project / "models" / "marts" / "daily_sales.sql"
    model.write_text(model.read_text() + "\n-- changed\n")
    assert not pipeline.is_idle(mini)
    assert pipeline.run(mini).news
    assert not pipeline.is_idle(mini, date(2024, 3, 1))
    pipeline.run(mini, as_of=date(2024, 3, 1))
    assert released(mini, "select max(ordered_on) from marts.daily_sales") == [(date(2024, 3, 1),)]
    assert [str(day) for (day,) in released(mini, "select as_of from ops.release")] == ["2024-03-01"]


def test_the_last_day_is_local_and_a_date_after_its_delivery_does_not_count(mini):
    late = "order,store,amount,at\n4,A,1.00,2024-06-30 23:30\n5,A,1.00,2099-01-01 00:00\n"
    write(mini.home / "in" / "orders_3.csv", late)
    feed = mini.feeds / "till_orders.yml"
    feed.write_text(feed.read_text().replace("Europe/London", "Asia/Shanghai"))
    pipeline.ingest(mini)
    # 23:30 in Shanghai is 15:30 UTC of the same local day; read back in UTC it must not slip to another one.
    assert pipeline.inputs(mini).as_of == date(2024, 6, 30)


def test_the_same_bytes_under_another_name_are_no_news(mini):
    first = pipeline.run(mini)
    write(mini.home / "in" / "orders_again.csv", ORDERS)
    assert not pipeline.is_idle(mini), "a run has to look at the file"
    second = pipeline.run(mini)
    assert [d.status for d in second.deliveries] == ["known"]
    assert not second.news and second.release.release_id == first.release.release_id


def test_a_failed_test_leaves_the_old_release_serving_and_names_the_rows(mini):
    first = pipeline.run(mini)
    write(mini.home / "in" / "orders_2.csv", "order,store,amount,at\n1,A,3.00,2024-03-05 10:00\n")
    with pytest.raises(GateFailed) as error:
        pipeline.run(mini)
    assert "unique_fct_orders_order_id" in str(error.value)
    assert "till:1" in str(error.value), "the message shows the failing row"
    assert pipeline.serving(mini).release_id == first.release.release_id
    assert released(mini, "select sum(orders) from marts.daily_sales") == [(3,)]


def test_a_model_that_does_not_build_is_named_with_its_error(mini, mini_project):
    model = mini_project / "models" / "core" / "fct_orders.sql"
    model.write_text(model.read_text().replace("total_amount,", "no_such_column,"))
    with pytest.raises(pipeline.TransformFailed) as error:
        pipeline.run(mini)
    assert "core/fct_orders" in str(error.value) and "no_such_column" in str(error.value)
    assert "skipped" in str(error.value)
    assert not mini.current_release.exists()


def test_without_feeds_the_message_says_how_to_begin(home):
    from orchestration.settings import settings

    with pytest.raises(pipeline.NothingToDo, match="acrm demo"):
        pipeline.run(settings())


def test_the_lock_may_be_asked_for_twice_in_a_process_but_not_by_two(mini, other_process):
    code = """
        from orchestration import pipeline
        from orchestration.ingestion.lock import LockHeld
        from orchestration.settings import settings
        try:
            with pipeline.exclusive(settings()):
                print("got it")
        except LockHeld as error:
            print("held by", error.pid)
    """
    import os

    with pipeline.exclusive(mini), pipeline.exclusive(mini):
        assert other_process(code).stdout.strip() == f"held by {os.getpid()}"
    assert other_process(code).stdout.strip() == "got it"
