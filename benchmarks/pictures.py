"""The pictures of the documentation: the dashboard's own charts over a warehouse, as small PNG in docs/img.

    python -m benchmarks.pictures [home of a warehouse with a release] [names of pictures; otherwise all]

Made of the demo company (`acrm demo --people 2000`, as of 2026-06-30); needs Chromium. Refuses a picture above 60 KB.
"""

import io
import os
import sys
from pathlib import Path
from typing import Any

from dashboard.text import WORDS
from orchestration.settings import REPO
from tests.marts.dashboard.browser import CHROMIUM, DONE, served

FOLDER = REPO / "docs" / "img"
LARGEST = 60 * 1024  # bytes
COLOURS = 256
WIDTH = 640  # of the window: parts stand one below the other, a chart is as wide as a page of text
# Page -> tab, or "" for none -> keys of charts, which are also the names of the files.
CHARTS = {
    "overview": {"": ("lifecycle",)},
    "segments": {
        "": ("rfm", "grid", "moves"),
        "value": ("pareto", "pyramid"),
        "axes": ("axes",),
        "bcg": ("bcg",),
        "customer_groups": ("customer_groups",),
    },
    "sales": {"": ("people", "deals")},
    "channels": {"": ("attribution", "campaign_uplift")},
    "voice": {"": ("csi", "drivers_satisfaction", "moods")},
    "models": {"": ("churn", "calibration", "sales_forecast")},
}


def small(png: bytes) -> bytes:
    """The same picture in few colours. ValueError when it is still too large for a repository."""
    from PIL import Image

    packed = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS).save(packed, "PNG", optimize=True)
    if len(packed.getvalue()) > LARGEST:
        raise ValueError(f"{len(packed.getvalue()):,} bytes; at most {LARGEST:,} go into docs/img")
    return packed.getvalue()


def shoot(page: Any, key: str) -> None:
    """Writes the chart of a part; its label is the part's title."""
    title = WORDS["en"]["parts"][key]["title"]
    chart = page.locator(f'[data-testid=stVegaLiteChart][aria-label="{title}"] svg.marks').first
    chart.wait_for()
    chart.scroll_into_view_if_needed()
    page.wait_for_timeout(500)  # its last frame
    path = FOLDER / f"{key.replace('_', '-')}.png"
    path.write_bytes(small(chart.screenshot()))
    print(f"{path.relative_to(REPO)} {path.stat().st_size:,} bytes")


def main() -> None:
    from playwright.sync_api import sync_playwright

    home = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("CRM_HOME", str(REPO / "warehouse"))
    words, only = WORDS["en"], set(sys.argv[2:])
    with served(Path(home)) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 1200})
        page.set_default_timeout(120_000)
        for name, tabs in CHARTS.items():
            if only and only.isdisjoint(key for keys in tabs.values() for key in keys):
                continue
            page.goto(f"{address}/{'' if name == 'overview' else name}?lang=en")
            page.get_by_role("heading", name=words["pages"][name], exact=True, level=1).wait_for()
            page.wait_for_function(DONE)
            for tab, keys in tabs.items():
                if tab:
                    page.get_by_role("tab", name=words["parts"][tab]["title"], exact=True).click()
                for key in keys:
                    if key in (only or keys):
                        shoot(page, key)
        browser.close()


if __name__ == "__main__":
    main()
