"""Funnel and sales: who goes on, where money is lost, what open deals are worth, who sells."""

import pandas as pd

from dashboard import charts
from dashboard.page import Page, by_columns
from dashboard.queries import sales as ask
from dashboard.queries.report import asked
from dashboard.views.overview import coverage


def render(page: Page) -> None:
    coverage(page)
    by_columns(lambda: people(page), lambda: deals(page))
    page.table(
        "bottlenecks", ask.bottlenecks(page.release), "marts.funnel_bottlenecks", "opportunities, opportunity_stages"
    )
    by_columns(lambda: worth(page), lambda: said_and_won(page))
    page.table("targets", ask.targets(page.release, page.span), "marts.target_attainment", "targets")
    page.table("staff", ask.staff(page.release, page.span), "marts.employee_sales", "employees, orders")


def people(page: Page) -> None:
    frame = asked(page.release, "people", page.span)
    if not frame.people.sum():
        frame = frame.head(0)
    frame = frame.assign(stage=frame.stage.map(page.text.of))
    page.picture("people", frame, lambda f: charts.funnel(f, "people", page.text("customers")), "events, leads, orders")


def deals(page: Page) -> None:
    frame = asked(page.release, "deals", page.span)
    frame = frame.assign(stage=frame.stage.map(page.text.of))
    if frame.system.nunique() > 1:
        frame = frame.assign(stage=frame.system + " · " + frame.stage)
    page.picture(
        "deals", frame, lambda f: charts.funnel(f, "deals", page.text("deals")), "opportunities, opportunity_stages"
    )


def worth(page: Page) -> None:
    frame = ask.open_deals(page.release)
    long = frame.assign(stage=frame.stage.map(page.text.of)).melt(
        "stage", ["value_base", "expected_base"], "kind", "amount"
    )
    long = long.assign(kind=long.kind.map({"value_base": page.text("value"), "expected_base": page.text("expected")}))
    title = page.settings.base_currency
    page.picture("worth", long, lambda f: charts.pairs(f, "amount", "stage", "kind", title, "~s"), "opportunities")


def said_and_won(page: Page) -> None:
    frame = ask.backtest(page.release)
    long = frame.melt("month_on", ["forecast", "won"], "kind", "amount")
    long = long.assign(
        kind=long.kind.map({"forecast": page.text("forecast"), "won": page.text("won")}),
        month_on=pd.to_datetime(long.month_on),
    )
    title = page.settings.base_currency
    page.picture("said", long, lambda f: charts.months(f, "month_on", "amount", "kind", title, "~s"), "opportunities")
