"""Great Expectations' own pages as static files that load nothing from elsewhere, and one index over them.

The library's site builder copies 4 MB of images per site and its pages call seven web hosts; its renderers alone give
the same pages, and what they would load from elsewhere is cut out.
"""

import re
from html import escape
from pathlib import Path
from typing import Any

from data_quality.results import CheckResult, describe

_REMOTE = re.compile(r"<(script|link|img)\b[^>]*\bhttps?://[^>]*>(\s*</script>)?", re.IGNORECASE)
_STYLE = """<meta charset="utf-8"><style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1c2430 }
table { border-collapse: collapse; width: 100% } td, th { border-bottom: 1px solid #d8dde4; padding: .35rem .6rem;
text-align: left; vertical-align: top } .failed { color: #a4262c; font-weight: 600 } pre { white-space: pre-wrap }
.modal, .navbar, nav, iframe, form { display: none }
</style>"""


def write_pages(folder: Path, outcomes: dict[str, Any], results: list[CheckResult]) -> Path:
    """One page per suite and `index.html` with every check; the index's path. Pages of earlier runs are replaced."""
    from great_expectations.render.renderer import ValidationResultsPageRenderer
    from great_expectations.render.view import DefaultJinjaPageView

    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.html"):
        old.unlink()
    view, renderer = DefaultJinjaPageView(), ValidationResultsPageRenderer()
    for table, outcome in outcomes.items():
        page = view.render(renderer.render(outcome))
        page = _REMOTE.sub("", page).replace("</head>", f"{_STYLE}</head>", 1)
        (folder / f"{table}.html").write_text(page, encoding="utf-8")
    index = folder / "index.html"
    index.write_text(_index(folder.name, set(outcomes), results), encoding="utf-8")
    return index


def _index(layer: str, pages: set[str], results: list[CheckResult]) -> str:
    failed = [result for result in results if not result.passed]
    failures = "".join(f'<li class="failed"><pre>{escape(describe(result))}</pre></li>' for result in failed)
    rows = "".join(_row(table, pages, results) for table in dict.fromkeys(result.table for result in results))
    return (
        f"<!doctype html><html lang='en'><head><title>Checks of layer {escape(layer)}</title>{_STYLE}</head><body>"
        f"<h1>Checks of layer {escape(layer)}</h1>"
        f"<p>{len(results) - len(failed):,} of {len(results):,} checks passed.</p><ul>{failures}</ul>"
        f"<table><tr><th>Table</th><th>Checks</th><th>Failed</th><th>Most values looked at</th></tr>{rows}</table>"
        "</body></html>"
    )


def _row(table: str, pages: set[str], results: list[CheckResult]) -> str:
    mine = [result for result in results if result.table == table]
    failed = sum(not result.passed for result in mine)
    name = escape(table)
    link = f'<a href="{name}.html">{name}</a>' if table in pages else name
    mark = ' class="failed"' if failed else ""
    most = max(result.evaluated for result in mine)
    return f"<tr><td>{link}</td><td>{len(mine)}</td><td{mark}>{failed}</td><td>{most:,}</td></tr>"
