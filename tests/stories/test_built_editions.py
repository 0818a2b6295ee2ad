"""The editions that the demo builds, every page of both: no barrier, nothing off the side, no script, all read in order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AUDIENCES = ("partnership", "public")


@pytest.fixture(params=AUDIENCES)
def edition(request, demo) -> Path:
    return demo.edition(request.param)


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_has_a_barrier_or_runs_off_the_side(open_page, find_barriers, edition, width):
    barriers, widths = {}, {}
    page = open_page(edition / "index.html", width=width)
    for path in sorted(edition.glob("*.html")):
        page.goto(path.as_uri())
        if found := find_barriers(page):
            barriers[path.name] = found
        widths[path.name] = page.evaluate("document.documentElement.scrollWidth")
    assert len(widths) > 5
    assert barriers == {}
    assert {name: wide for name, wide in widths.items() if wide > width} == {}


def test_every_page_is_reached_in_order_where_no_script_may_run(open_page, edition):
    page = open_page(edition / "index.html", java_script_enabled=False)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    visited = {page.url}
    while (following := page.get_by_role("navigation", name="Chapters").get_by_role("link", name="Next")).count():
        following.click()
        assert page.url not in visited
        visited.add(page.url)
        assert page.get_by_role("heading", level=1).is_visible()
    # How each number was made is no chapter: such a page is reached from its numbers, and leads back to them.
    made = {path for path in edition.glob("made-*.html")}
    chapters = set(edition.glob("*.html")) - made
    assert visited == {path.as_uri() for path in chapters}
    linked = {
        name for path in chapters for name in re.findall(r'href="(made-[^"#]+)', path.read_text(encoding="utf-8"))
    }
    assert made and {path.name for path in made} == linked
    assert [url for url in asked if not url.startswith((edition.as_uri(), "data:"))] == []


def test_no_page_holds_a_script(edition):
    for path in edition.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<script|javascript:|\son\w+=", text), path.name
