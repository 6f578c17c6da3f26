"""In a browser every page opens in both languages, without an error in the console and without asking elsewhere."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from dashboard.text import WORDS
from orchestration.cli.dashboard import options
from orchestration.settings import REPO, Settings
from tests.marts.dashboard.look import KEYS

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SECONDS = 120
DONE = "() => document.querySelector('[data-testid=stApp]')?.getAttribute('data-test-script-state') === 'notRunning'"


@pytest.fixture(scope="module")
def address(released: Settings) -> Iterator[str]:
    """The dashboard as `acrm dashboard` starts it, on a port of its own."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py", *options("127.0.0.1", port)]
    given = os.environ | {"CRM_HOME": str(released.home)}
    with subprocess.Popen(command, cwd=REPO, env=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        deadline = time.monotonic() + SECONDS
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert server.poll() is None and time.monotonic() < deadline, server.stdout.read().decode()
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
        server.kill()  # asked politely, it waits for the sessions of the browser


@pytest.fixture(scope="module")
def browser() -> Iterator:
    if CHROMIUM is None:
        pytest.skip("no Chromium here; apt-get install chromium fonts-noto-cjk to run this test")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_page_opens_by_its_link_without_an_error(address: str, browser, lang: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(SECONDS * 1000)
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda request: None if request.url.startswith((address, "data:", "blob:")) else wrong.append(request.url),
    )
    page.goto(f"{address}/?lang={lang}")
    for key in KEYS:
        title = WORDS[lang]["pages"][key]
        page.get_by_role("link", name=title, exact=True).click()
        page.get_by_role("heading", name=title, exact=True, level=1).wait_for()
        page.wait_for_function(DONE)
        assert page.locator("[data-testid=stException]").count() == 0, key
    assert wrong == []
    page.close()


def test_a_phone_shows_the_figures_one_below_the_other_and_nothing_wider_than_itself(address: str, browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.set_default_timeout(SECONDS * 1000)
    page.goto(address)
    page.locator("[data-testid=stMetric]").nth(6).wait_for()
    page.wait_for_function(DONE)
    boxes = [page.locator("[data-testid=stMetric]").nth(number).bounding_box() for number in (0, 1)]
    assert boxes[0]["y"] + boxes[0]["height"] <= boxes[1]["y"] and boxes[0]["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()
