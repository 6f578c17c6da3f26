"""The ledger is what each month would have seen: a rebuild at a past date and a plain recount agree with it."""

import pandas as pd
import pytest

from tests.marts.rfm.conftest import Build

LEDGER_AT = """
    select customer_id, valid_from, case when valid_to <= date '{day}' then valid_to end as valid_to,
        coalesce(valid_to > date '{day}', true) as is_current, previous_segment, rfm_segment, r_days, f_count, m_total
    from marts.rfm_ledger where valid_from <= date '{day}' order by customer_id, valid_from"""
HISTORY = ("int_rfm__daily", "int_rfm__monthly", "rfm_ledger", "rfm_movements")


def test_a_rebuild_at_a_past_date_is_the_ledger_cut_at_that_date(company, build: Build) -> None:
    day = "2023-02-14"  # within a month: the last complete one is January
    past = build(day, *HISTORY)
    cut = company.execute(LEDGER_AT.format(day=day)).fetchall()
    assert len(cut) > 300
    assert past.execute("select * from marts.rfm_ledger order by customer_id, valid_from").fetchall() == cut
    months = "select * from marts.rfm_movements {} order by month_end_on, from_segment, to_segment"
    now = company.execute(months.format(f"where month_end_on <= date '{day}'")).fetchall()
    assert past.execute(months.format("")).fetchall() == now


def test_the_ledger_has_one_current_row_and_no_gaps(company) -> None:
    rows = company.execute("""
        select count(*), count(*) filter (where is_current) = count(distinct customer_id),
            bool_and(is_current = (valid_to is null)), bool_and(coalesce(previous_segment <> rfm_segment, true)),
            count(*) filter (where valid_to is distinct from next_from)
        from (select *, lead(valid_from) over (partition by customer_id order by valid_from) as next_from
            from marts.rfm_ledger)""").fetchall()
    assert rows[0][0] > 500
    assert rows[0][1:] == (True, True, True, 0)


@pytest.mark.parametrize("window", [None, 100])
def test_every_month_equals_a_plain_recount_of_the_facts(company, build: Build, window: int | None) -> None:
    con = build("2023-12-31", *HISTORY, rfm_window_days=window) if window else company
    found = con.execute("select * from intermediate.int_rfm__monthly order by month_end_on, customer_id").df()
    daily = con.execute("select * from intermediate.int_rfm__daily").df().astype({"net_base": float})
    for month_end in pd.date_range("2022-01-31", "2023-12-31", freq="5ME"):
        known = daily[daily["happened_on"] <= month_end]
        seen = known if window is None else known[(month_end - known["happened_on"]).dt.days < window]
        counted = pd.DataFrame({
            "r_days": (month_end - known[known["is_recency"]].groupby("customer_id")["happened_on"].max()).dt.days,
            "f_count": seen.groupby("customer_id")["f_count"].sum(),
            "m_total": seen.groupby("customer_id")["net_base"].sum(),
        }).dropna(subset="r_days").fillna(0)  # fmt: skip
        month = found[found["month_end_on"] == month_end].set_index("customer_id").astype({"m_total": float})
        pd.testing.assert_frame_equal(
            month[list(counted)], counted, check_dtype=False, check_names=False, check_like=True
        )
        inside = counted[counted["f_count"] > 0]
        important = (inside["m_total"] > inside["m_total"].mean() + 1e-9).rename("rfm_segment")
        pd.testing.assert_series_equal(
            month.loc[inside.index, "rfm_segment"].str.startswith("important"), important, check_names=False
        )


def test_the_last_month_is_what_customer_rfm_says(company) -> None:
    both = """
        select customer_id, r_days, f_count, m_total, rfm_segment from intermediate.int_rfm__monthly
        where month_end_on = date '2023-12-31'
        {} select customer_id, r_days, f_count, m_total, rfm_segment from marts.customer_rfm"""
    assert company.execute(both.format("except all")).fetchall() == []
    assert company.execute(both.format("intersect all")).fetchall() != []


def test_movements_hold_every_customer_of_a_month_once_with_all_money(company) -> None:
    moved = "select month_end_on, cast(sum(customer_count) as bigint), sum(m_after) from marts.rfm_movements group by 1"
    stood = "select month_end_on, count(*), sum(m_total) from intermediate.int_rfm__monthly group by 1"
    assert company.execute(f"{moved} except all {stood}").fetchall() == []
    assert company.execute(f"{stood} except all {moved}").fetchall() == []


@pytest.mark.parametrize(
    ("where", "customers"),
    [("false", 0), ("customer_id = 'c001'", 1), ("is_cancelled", 0)],
    ids=["none", "one", "refunds"],
)
def test_a_company_of_nobody_one_customer_or_refunds_only_has_defined_marts(
    build: Build, where: str, customers: int
) -> None:
    con = build("2023-12-31", where=where)
    assert con.execute("select count(*) from marts.customer_rfm").fetchall() == [(customers,)]
    assert con.execute("select count(*) from marts.rfm_scores").fetchall() == [(5 * customers,)]
    assert con.execute("select count(*) from marts.rfm_ledger where is_current").fetchall() == [(customers,)]
    assert con.execute("select count(*) from marts.rfm_recall").fetchall()[0][0] <= customers


def test_a_word_that_is_no_basis_stops_the_build_and_names_the_words(build: Build) -> None:
    with pytest.raises(AssertionError, match="choose one of orders, days, interactions"):
        build("2023-12-31", "int_rfm__daily", rfm_frequency_basis="clicks")
