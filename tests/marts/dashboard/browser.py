"""The dashboard as `acrm dashboard` starts it, and a headless Chromium that walks through it."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dashboard.text import WORDS
from orchestration.cli.dashboard import options
from orchestration.settings import REPO
from tests.marts.dashboard.look import KEYS

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SECONDS = 120
DONE = "() => document.querySelector('[data-testid=stApp]')?.getAttribute('data-test-script-state') === 'notRunning'"


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The address of a dashboard over a warehouse, on a port of its own."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py", *options("127.0.0.1", port)]
    given = os.environ | {"CRM_HOME": str(home)}
    with subprocess.Popen(command, cwd=REPO, env=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        deadline = time.monotonic() + SECONDS
        try:
            while socket.socket().connect_ex(("127.0.0.1", port)):
                assert server.poll() is None and time.monotonic() < deadline, server.stdout.read().decode()
                time.sleep(0.2)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()  # asked politely, it waits for the sessions of the browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here; apt-get install chromium fonts-noto-cjk to run this test")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


def opened(browser: Any, address: str, width: int = 1280, height: int = 900) -> Any:
    """A window on the address."""
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(SECONDS * 1000)
    page.goto(address)
    return page


def walk(browser: Any, address: str, lang: str) -> dict[str, str]:
    """Opens every page by its link; what the boxes on each say. Fails on an error, or a request to anybody else."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(SECONDS * 1000)
    wrong: list[str] = []
    said: dict[str, str] = {}
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
        wrong += [f"{key}: {text}" for text in page.locator("[data-testid=stException]").all_inner_texts()]
        said[key] = "\n".join(page.locator("[data-testid=stAlert]").all_inner_texts())
    page.close()
    assert wrong == []
    return said
