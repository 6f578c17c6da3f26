"""How long a reader of the dashboard waits: first look at a page, second look, change of a filter. Needs Chromium.

    python -m benchmarks.bench_dashboard [home of a warehouse with a release]

Milliseconds from the click until the page is drawn, in a headless browser beside the server. `first` is the first
look at a page after the server started (nothing cached but what earlier pages asked), `again` the second.
"""

import os
import sys
import time
from pathlib import Path
from typing import Any

from dashboard.app import PAGES
from dashboard.text import WORDS
from orchestration.settings import REPO
from tests.marts.dashboard.browser import CHROMIUM, DONE, served

GOAL_PAINT, GOAL_FILTER = 1_500, 500
TITLES = {spec.key: WORDS["en"]["pages"][spec.key] for spec in PAGES}


def opened(page: Any, title: str) -> float:
    """Milliseconds from the click on a page's link until it is drawn."""
    start = time.perf_counter()
    page.get_by_role("link", name=title, exact=True).click()
    page.get_by_role("heading", name=title, exact=True, level=1).wait_for()
    page.wait_for_function(DONE)
    return 1000 * (time.perf_counter() - start)


def filtered(page: Any, months: str) -> float:
    """Milliseconds from the choice of another period until the page is drawn again."""
    under = page.locator("[data-testid=stCaptionContainer]").filter(has_text=" · release ").first
    before = under.inner_text()
    page.locator("[data-testid=stSidebar] [data-testid=stSelectbox]").first.click()
    start = time.perf_counter()
    page.get_by_role("option", name=months, exact=True).click()
    page.get_by_text(before, exact=True).wait_for(state="detached")
    page.wait_for_function(DONE)
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    from playwright.sync_api import sync_playwright

    home = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("CRM_HOME", str(REPO / "warehouse"))
    with served(Path(home)) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(120_000)
        start = time.perf_counter()
        page.goto(address)
        page.get_by_role("heading", name=TITLES["overview"], exact=True, level=1).wait_for()
        page.wait_for_function(DONE)
        print(f"server's first page {1000 * (time.perf_counter() - start):,.0f} ms")
        looks = {key: [opened(page, title)] for key, title in list(TITLES.items())[1:]}
        looks["overview"] = [opened(page, TITLES["overview"])]
        for key, title in TITLES.items():
            looks[key].append(opened(page, title))
        for key, (first, again) in looks.items():
            print(f"{key:<10} first {first:6,.0f} ms  again {again:6,.0f} ms  (goal {GOAL_PAINT:,})")
        opened(page, TITLES["overview"])
        print(f"filter     {filtered(page, '6 months'):6,.0f} ms  (goal {GOAL_FILTER})")
        browser.close()


if __name__ == "__main__":
    main()
