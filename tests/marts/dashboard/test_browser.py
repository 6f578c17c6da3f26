"""In a browser every page opens in both languages, without an error in the console and without asking elsewhere."""

from collections.abc import Iterator

import pytest

from dashboard.text import WORDS
from orchestration.settings import Settings
from tests.marts.dashboard.browser import DONE, browser, opened, served, walk

__all__ = ["browser"]


@pytest.fixture(scope="module")
def address(browser, released: Settings) -> Iterator[str]:
    with served(released.home) as found:
        yield found


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_page_opens_by_its_link_without_an_error(address: str, browser, lang: str) -> None:
    assert walk(browser, address, lang)["quality"]


def test_the_first_page_is_also_found_under_its_name(address: str, browser) -> None:
    """Streamlit serves the default page under the empty path only, and says "Page not found" for its name."""
    page = opened(browser, f"{address}/overview?lang=zh")
    page.get_by_role("heading", name=WORDS["zh"]["pages"]["overview"], exact=True, level=1).wait_for()
    page.wait_for_function(DONE)
    assert page.get_by_text("Page not found").count() == 0
    page.close()


def test_a_phone_shows_the_figures_one_below_the_other_and_nothing_wider_than_itself(address: str, browser) -> None:
    page = opened(browser, address, 390, 844)
    page.locator("[data-testid=stMetric]").nth(6).wait_for()
    page.wait_for_function(DONE)
    boxes = [page.locator("[data-testid=stMetric]").nth(number).bounding_box() for number in (0, 1)]
    assert boxes[0]["y"] + boxes[0]["height"] <= boxes[1]["y"] and boxes[0]["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()
